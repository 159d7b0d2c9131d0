import { WorkbenchError } from '@core/errors';
import { JsonCursor, showJson, type JsonRecord } from '@core/formats/json';

export const ADAPTER_CONFIG = 'adapter_config.json';

/** What PEFT's adapter_config.json says of a LoRA adapter. */
export interface AdapterConfig {
  readonly rank: number;
  readonly alpha: number;
  /** The factor is alpha / √rank instead of alpha / rank (`use_rslora`). */
  readonly rankStabilised: boolean;
  readonly dropout: number;
  /** Ends of the names of the adapted layers, e.g. `q_proj` or `self_attn.q_proj`. */
  readonly targetModules: readonly string[];
  /** Blocks whose layers are adapted (`layers_to_transform`); null for all of them. */
  readonly layers: readonly number[] | null;
  /** Rows trained beside the adapter, by layer (`embed_tokens`, `lm_head`); null when none. */
  readonly trainableTokenIndices: Readonly<Record<string, readonly number[]>> | null;
  /** Layers stored as a whole. */
  readonly modulesToSave: readonly string[] | null;
  /** The base ties its head to its embedding, and the stored one stands for both (`ensure_weight_tying`). */
  readonly tiesSavedModules: boolean;
  /** Where the base model is; as PEFT takes it, a name or a path. */
  readonly baseModelPath: string;
}

/** adapter_config.json as PEFT reads it. */
export function toPeftConfig(config: AdapterConfig): JsonRecord {
  return {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: config.baseModelPath,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: config.dropout,
    target_modules: config.targetModules,
    layers_to_transform: config.layers,
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

/** Additions of PEFT that adapt other things, or otherwise; absent, null or empty in plain LoRA. */
const OTHER_MATHEMATICS = [
  'layer_replication',
  'target_parameters',
  'exclude_modules',
  'alora_invocation_tokens',
  'arrow_config',
  'use_bdlora',
] as const;

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** The text of adapter_config.json. @throws WorkbenchError `json-syntax`, `json-value`, `adapter-feature` */
export function parseAdapterConfig(text: string): AdapterConfig {
  const json = JsonCursor.parse(text, ADAPTER_CONFIG);
  const refuse = (key: string): never => {
    throw new WorkbenchError(
      'unsupported',
      `${ADAPTER_CONFIG}: "${key}" is ${showJson(json.at(key).value)}, which the workbench does not compute.`,
      {
        code: 'adapter-feature',
        where: ADAPTER_CONFIG,
        wayOut: 'Merge the adapter into its base model with PEFT and import the merged model.',
      },
    );
  };
  if (json.at('peft_type').text() !== 'LORA') refuse('peft_type');
  for (const [key, plain] of Object.entries(PLAIN_LORA))
    if (!json.at(key).isAbsent && json.at(key).value !== plain) refuse(key);
  for (const key of ['rank_pattern', 'alpha_pattern'])
    if (!json.at(key).isAbsent && Object.keys(json.at(key).record()).length > 0) refuse(key);
  for (const key of OTHER_MATHEMATICS) if (!json.at(key).isAbsent && !isEmptyList(json.at(key).value)) refuse(key);
  // PEFT takes a regular expression too, which only its own matching reads as it was meant.
  if (typeof json.at('target_modules').value === 'string') refuse('target_modules');
  const texts = (node: JsonCursor): string[] => node.list().map((item) => item.text());
  return {
    rank: json.at('r').integer({ min: 1 }),
    alpha: json.at('lora_alpha').number(),
    rankStabilised: json.at('use_rslora').boolean(false),
    dropout: json.at('lora_dropout').number(0),
    targetModules: texts(json.at('target_modules')),
    layers: readLayers(json.at('layers_to_transform')),
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

/** PEFT takes one number or a list. */
function readLayers(node: JsonCursor): AdapterConfig['layers'] {
  if (node.isAbsent) return null;
  return Array.isArray(node.value) ? node.list().map((item) => item.integer({ min: 0 })) : [node.integer({ min: 0 })];
}
