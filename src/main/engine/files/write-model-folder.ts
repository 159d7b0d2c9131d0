import type { JsonRecord } from '@core/formats/json';
import type { WritableDtype } from '@core/formats/safetensors';
import { toHfConfig } from '@core/export/hf-config';
import type { ModelConfig, Parameter } from '@core/models/model-config';
import { listParameters } from '@core/models/decoder/parameters';
import { WorkbenchError } from '@core/errors';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { writeFolderAtomically } from './atomic-folder';
import { TOKEN_SET_FILE, tokenSetText } from './token-set-file';
import { writeWeights } from './write-weights';

/** A model to be written as a Hugging Face folder. */
export interface ModelToWrite {
  readonly config: ModelConfig;
  /** config.json of the model it comes from; keys that the workbench does not know are kept. */
  readonly rawConfig: JsonRecord;
  readonly generationConfig?: JsonRecord | null;
  readonly tokenizer: Tokenizer;
  /** By name, e.g. a ParameterStore. */
  readonly weights: { get(name: string): Parameter };
  /** F32 unless told otherwise. */
  readonly dtype?: WritableDtype;
  readonly maxShardBytes?: number;
  /** Further text files by name, e.g. README.md. */
  readonly extraFiles?: Readonly<Record<string, string>>;
}

/**
 * Writes a folder that transformers and this program load: config.json, generation_config.json, the tokenizer's files and safetensors.
 * It appears as a whole or not at all.
 * @throws WorkbenchError `folder-exists`, `disk-full`, `folder-unwritable`, `weights-not-finite`, `float16-overflow`, `parameter-shape`
 */
export async function writeModelFolder(
  folder: string,
  model: ModelToWrite,
  options: { readonly replace?: boolean } = {},
): Promise<void> {
  const dtype = model.dtype ?? 'F32';
  const tensors = listParameters(model.config).map(({ name, dims }) => checkShape(model.weights.get(name), dims));
  const tokenSet = tokenSetText(model.tokenizer);
  const config = toHfConfig(model.rawConfig, model.config, dtype);
  const texts: Readonly<Record<string, string>> = {
    'config.json': toJson(config),
    ...(model.generationConfig && { 'generation_config.json': toJson(model.generationConfig) }),
    ...model.tokenizer.toFiles(),
    ...(tokenSet !== null && { [TOKEN_SET_FILE]: tokenSet }),
    ...model.extraFiles,
  };
  await writeFolderAtomically(
    folder,
    async (writer) => {
      for (const [name, text] of Object.entries(texts)) await writer.write(name, text);
      await writeWeights(writer, tensors, {
        dtype,
        ...(model.maxShardBytes !== undefined && { maxShardBytes: model.maxShardBytes }),
      });
    },
    options,
  );
}

function checkShape(parameter: Parameter, dims: readonly number[]): Parameter {
  if (parameter.dims.length === dims.length && parameter.dims.every((dim, i) => dim === dims[i])) return parameter;
  throw new WorkbenchError(
    'internal',
    `"${parameter.name}" is [${parameter.dims.join(', ')}] in memory, [${dims.join(', ')}] in the configuration.`,
    {
      code: 'parameter-shape',
      where: parameter.name,
    },
  );
}

function toJson(value: JsonRecord): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
