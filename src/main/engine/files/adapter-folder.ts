import { join, resolve } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { JsonCursor, type JsonRecord } from '@core/formats/json';
import { elementCount, type WritableDtype } from '@core/formats/safetensors';
import { EMBEDDING, HEAD } from '@core/models/decoder/parameters';
import type { Parameter } from '@core/models/model-config';
import { writeFolderAtomically } from './atomic-folder';
import { checkAdapter, type AdapterBase } from './check-adapter';
import { checkFinite } from './check-model';
import { readTextIfThere } from './read-file';
import { readSafetensorsFile, readTensors } from './safetensors-files';
import { writeWeights } from './write-weights';

/** What PEFT's adapter_config.json says of a LoRA adapter. */
export interface AdapterConfig {
  readonly rank: number;
  readonly alpha: number;
  /** The factor is alpha / √rank instead of alpha / rank (`use_rslora`). */
  readonly rankStabilised: boolean;
  readonly dropout: number;
  /** Last part of the names of the adapted layers, e.g. `q_proj`. */
  readonly targetModules: readonly string[];
  /** Rows trained beside the adapter, by layer (`embed_tokens`, `lm_head`); null when none. */
  readonly trainableTokenIndices: Readonly<Record<string, readonly number[]>> | null;
  /** Layers stored as a whole. */
  readonly modulesToSave: readonly string[] | null;
  /** The base ties its head to its embedding, and the stored one stands for both (`ensure_weight_tying`). */
  readonly tiesSavedModules: boolean;
  /** Where the base model is; as PEFT takes it, a name or a path. */
  readonly baseModelPath: string;
}

/** An adapter in memory; tensors as PEFT names them: `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`. */
export interface Adapter {
  readonly config: AdapterConfig;
  readonly tensors: readonly Parameter[];
}

const CONFIG = 'adapter_config.json';
const STEM = 'adapter_model';

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
      await writer.write(CONFIG, `${JSON.stringify(toPeftConfig(adapter.config), null, 2)}\n`);
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

/**
 * Reads a PEFT folder of plain LoRA.
 * @param base the model it is to be laid over; without one only the files themselves are checked
 * @throws WorkbenchError `adapter-missing`, `adapter-feature`, `adapter-base`, `json-value`, `weights-not-finite` and those of the safetensors parser
 */
export async function readAdapterFolder(path: string, base: AdapterBase | null = null): Promise<Adapter> {
  const folder = resolve(path);
  const text = await readTextIfThere(join(folder, CONFIG));
  if (text === null) {
    throw new WorkbenchError('not_found', `${folder} has no ${CONFIG}.`, {
      code: 'adapter-missing',
      where: join(folder, CONFIG),
      wayOut: 'Choose the folder of a PEFT adapter.',
    });
  }
  const config = parseAdapterConfig(text);
  const { tensors: located } = await readSafetensorsFile(join(folder, `${STEM}.safetensors`));
  const wanted = [...located.values()].map((tensor) => ({
    tensor,
    data: new Float32Array(elementCount(tensor.dims)),
  }));
  await readTensors(wanted, ({ tensor, data }) => checkFinite(tensor.name, data, tensor.path));
  const tensors: Parameter[] = wanted.map(({ tensor: { name, dims }, data }) => ({ name, dims, data }));
  const adapter = { config, tensors };
  if (base) checkAdapter(adapter, base, folder);
  return adapter;
}

/** PEFT looks for a tied head under its own name too. */
function withTiedHead({ config, tensors }: Adapter): readonly Parameter[] {
  if (!config.tiesSavedModules) return tensors;
  const heads = tensors.filter(({ name }) => name === `base_model.model.${EMBEDDING}`);
  return [...tensors, ...heads.map((tensor) => ({ ...tensor, name: `base_model.model.${HEAD}` }))];
}

function toPeftConfig(config: AdapterConfig): JsonRecord {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: config.baseModelPath,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    target_modules: config.targetModules,
    trainable_token_indices: config.trainableTokenIndices,
    modules_to_save: config.modulesToSave,
    ensure_weight_tying: config.tiesSavedModules,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    use_dora: false,
    use_rslora: config.rankStabilised,
  };
}

/** Switches of PEFT that change the mathematics, and the only value of each that we compute. */
const PLAIN_LORA: Readonly<Record<string, unknown>> = {
  use_dora: false,
  bias: 'none',
  lora_bias: false,
  fan_in_fan_out: false,
  use_qalora: false,
};

/** The text of adapter_config.json. @throws WorkbenchError `json-syntax`, `json-value`, `adapter-feature` */
export function parseAdapterConfig(text: string): AdapterConfig {
  const json = JsonCursor.parse(text, CONFIG);
  const refuse = (key: string): never => {
    throw new WorkbenchError(
      'unsupported',
      `${CONFIG}: "${key}" is ${JSON.stringify(json.at(key).value).slice(0, 80)}, which the workbench does not compute.`,
      {
        code: 'adapter-feature',
        where: CONFIG,
        wayOut: 'Merge the adapter into its base model with PEFT and import the merged model.',
      },
    );
  };
  if (json.at('peft_type').text() !== 'LORA') refuse('peft_type');
  for (const [key, plain] of Object.entries(PLAIN_LORA))
    if (!json.at(key).isAbsent && json.at(key).value !== plain) refuse(key);
  for (const key of ['rank_pattern', 'alpha_pattern'])
    if (!json.at(key).isAbsent && Object.keys(json.at(key).record()).length > 0) refuse(key);
  for (const key of ['layer_replication', 'target_parameters']) if (!json.at(key).isAbsent) refuse(key);
  const texts = (node: JsonCursor): string[] => node.list().map((item) => item.text());
  return {
    rank: json.at('r').integer({ min: 1 }),
    alpha: json.at('lora_alpha').number(),
    rankStabilised: json.at('use_rslora').boolean(false),
    dropout: json.at('lora_dropout').number(0),
    targetModules: texts(json.at('target_modules')),
    trainableTokenIndices: readTokenIndices(json.at('trainable_token_indices')),
    modulesToSave: json.at('modules_to_save').isAbsent ? null : texts(json.at('modules_to_save')),
    tiesSavedModules: json.at('ensure_weight_tying').boolean(false),
    baseModelPath: json.at('base_model_name_or_path').text(''),
  };
}

/** PEFT takes a list for the input embedding alone, or lists by layer. */
function readTokenIndices(node: JsonCursor): AdapterConfig['trainableTokenIndices'] {
  if (node.isAbsent) return null;
  const indices = (list: JsonCursor): number[] => list.list().map((item) => item.integer());
  if (Array.isArray(node.value)) return { embed_tokens: indices(node) };
  return Object.fromEntries(Object.keys(node.record()).map((layer) => [layer, indices(node.at(layer))]));
}
