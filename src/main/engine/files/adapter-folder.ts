import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { elementCount, requireFloat, type WritableDtype } from '@core/formats/safetensors';
import { EMBEDDING, HEAD, type ParameterSpec } from '@core/models/decoder/parameters';
import type { Parameter } from '@core/models/model-config';
import { ADAPTER_CONFIG, parseAdapterConfig, toPeftConfig, type AdapterConfig } from './adapter-config';
import { writeFolderAtomically } from './atomic-folder';
import { checkAdapter, type AdapterBase } from './check-adapter';
import { checkFinite } from './check-model';
import { readTextIfThere } from './read-file';
import { readSafetensorsFile, readTensors } from './safetensors-files';
import { writeWeights } from './write-weights';

/** An adapter in memory; tensors as PEFT names them: `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`. */
export interface Adapter {
  readonly config: AdapterConfig;
  readonly tensors: readonly Parameter[];
}

/** An adapter on disk whose headers were read; its numbers are still to be loaded. */
export interface AdapterSource {
  readonly path: string;
  /** What a person would call it. */
  readonly name: string;
  readonly config: AdapterConfig;
  readonly shapes: readonly ParameterSpec[];
  readonly storedDtypes: readonly string[];
  readonly sizeBytes: number;
  readonly parameterCount: number;
  /** The adapter's own tokenizer lies beside it. */
  readonly hasTokenizer: boolean;
  /** @throws WorkbenchError `weights-not-finite`, `file-truncated`, `file-missing` */
  load(): Promise<Adapter>;
}

const STEM = 'adapter_model';
const WEIGHTS = `${STEM}.safetensors`;

/**
 * Writes a PEFT folder: adapter_config.json and adapter_model.safetensors; it appears as a whole or not at all.
 * @throws WorkbenchError as `writeModelFolder`
 */
export async function writeAdapterFolder(
  folder: string,
  adapter: Adapter,
  options: {
    readonly replace?: boolean;
    readonly dtype?: WritableDtype;
    readonly extraFiles?: Readonly<Record<string, string>>;
  } = {},
): Promise<void> {
  await writeFolderAtomically(
    folder,
    async (writer) => {
      await writer.write(ADAPTER_CONFIG, `${JSON.stringify(toPeftConfig(adapter.config), null, 2)}\n`);
      for (const [name, text] of Object.entries(options.extraFiles ?? {})) await writer.write(name, text);
      await writeWeights(writer, withTiedHead(adapter), {
        stem: STEM,
        maxShardBytes: Infinity,
        ...(options.dtype && { dtype: options.dtype }),
      });
    },
    options,
  );
}

/** Whether the folder holds an adapter and no model. */
export function isAdapterFolder(folder: string): boolean {
  return existsSync(join(folder, ADAPTER_CONFIG)) && !existsSync(join(folder, 'config.json'));
}

/**
 * Reads the headers of a PEFT folder of plain LoRA.
 * @param base the model it is to be laid over; without one only the files themselves are checked
 * @throws WorkbenchError `adapter-missing`, `adapter-pickle`, `adapter-feature`, `adapter-base`, `json-value` and those of the safetensors parser
 */
export async function openAdapterFolder(path: string, base: AdapterBase | null = null): Promise<AdapterSource> {
  const folder = resolve(path);
  const text = await readTextIfThere(join(folder, ADAPTER_CONFIG));
  if (text === null) {
    throw new WorkbenchError('not_found', `${folder} has no ${ADAPTER_CONFIG}.`, {
      code: 'adapter-missing',
      where: join(folder, ADAPTER_CONFIG),
      wayOut: 'Choose the folder of a PEFT adapter.',
    });
  }
  const config = parseAdapterConfig(text);
  if (!existsSync(join(folder, WEIGHTS))) throw weightsMissing(folder);
  const { tensors: located, sizeBytes } = await readSafetensorsFile(join(folder, WEIGHTS));
  const tensors = [...located.values()];
  for (const tensor of tensors) requireFloat(tensor, tensor.path);
  const shapes = tensors.map(({ name, dims }) => ({ name, dims }));
  if (base) checkAdapter({ config, shapes }, base, folder);
  return {
    path: folder,
    name: basename(folder),
    config,
    shapes,
    storedDtypes: [...new Set(tensors.map(({ dtype }) => dtype))],
    sizeBytes,
    parameterCount: shapes.reduce((sum, { dims }) => sum + elementCount(dims), 0),
    hasTokenizer: existsSync(join(folder, 'tokenizer.json')),
    async load() {
      const wanted = tensors.map((tensor) => ({ tensor, data: new Float32Array(elementCount(tensor.dims)) }));
      await readTensors(wanted, ({ tensor, data }) => checkFinite(tensor.name, data, tensor.path));
      return { config, tensors: wanted.map(({ tensor: { name, dims }, data }) => ({ name, dims, data })) };
    },
  };
}

/** Reads a PEFT folder with its numbers. @throws WorkbenchError as `openAdapterFolder` and `AdapterSource.load` */
export async function readAdapterFolder(path: string, base: AdapterBase | null = null): Promise<Adapter> {
  return (await openAdapterFolder(path, base)).load();
}

/** Older PEFT wrote a pickle, which is not opened. */
function weightsMissing(folder: string): WorkbenchError {
  const isPickle = existsSync(join(folder, `${STEM}.bin`));
  const what = isPickle
    ? `has its adapter as a pickle (${STEM}.bin) only. Loading one can run any program hidden in it, so the workbench does not`
    : `has no ${WEIGHTS}`;
  return new WorkbenchError(isPickle ? 'unsupported' : 'not_found', `${folder} ${what}.`, {
    code: isPickle ? 'adapter-pickle' : 'adapter-missing',
    where: join(folder, WEIGHTS),
    wayOut: isPickle
      ? 'Save the adapter again with a newer PEFT, which writes safetensors.'
      : 'Download the file into the same folder.',
  });
}

/** PEFT looks for a tied head under its own name too. */
function withTiedHead({ config, tensors }: Adapter): readonly Parameter[] {
  if (!config.tiesSavedModules || tensors.some(({ name }) => name === `base_model.model.${HEAD}`)) return tensors;
  const heads = tensors.filter(({ name }) => name === `base_model.model.${EMBEDDING}`);
  return [...tensors, ...heads.map((tensor) => ({ ...tensor, name: `base_model.model.${HEAD}` }))];
}
