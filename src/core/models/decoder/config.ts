import { z } from 'zod';
import { WorkbenchError } from '../../errors';
import type { Activation, ModelConfig, RopeScaling, SlidingWindow } from '../model-config';

/** A whole number from 1 to `most`: beyond what any model has, so that damage is found before memory or time is spent on it. */
const count = (most: number) => z.int().min(1).max(most);

const RopeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().max(1e12).nullish(),
  factor: z.number().positive().max(1e6).nullish(),
  low_freq_factor: z.number().positive().nullish(),
  high_freq_factor: z.number().positive().nullish(),
  original_max_position_embeddings: count(1 << 24).nullish(),
  partial_rotary_factor: z.number().nullish(),
});
type Rope = z.infer<typeof RopeSchema>;

/** The keys of config.json that every decoder of this shape has; transformers 4 and 5 spell RoPE differently. */
export const DecoderConfigSchema = z.looseObject({
  model_type: z.string(),
  architectures: z.array(z.string()).nullish(),
  hidden_size: count(1 << 17),
  num_hidden_layers: count(1024),
  num_attention_heads: count(1 << 12),
  num_key_value_heads: count(1 << 12).nullish(),
  head_dim: count(1 << 12).nullish(),
  intermediate_size: count(1 << 20),
  vocab_size: count(1 << 24),
  rms_norm_eps: z.number().positive().max(1).default(1e-6),
  rope_theta: z.number().positive().max(1e12).nullish(),
  rope_scaling: RopeSchema.nullish(),
  rope_parameters: RopeSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
  tie_word_embeddings: z.boolean().nullish(),
  max_position_embeddings: count(1 << 24).default(2048),
  hidden_act: z.string().nullish(),
  hidden_activation: z.string().nullish(),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  use_sliding_window: z.boolean().nullish(),
  sliding_window: z.int().min(0).nullish(),
  max_window_layers: z.int().min(0).nullish(),
  layer_types: z.array(z.string()).nullish(),
});

export type DecoderConfig = z.infer<typeof DecoderConfigSchema>;

/** What a family adds to the common shape; what is left out is as in Llama. */
export interface DecoderTraits {
  readonly architecture: string;
  readonly qkvBias?: boolean;
  readonly qkNorm?: boolean;
  readonly normOffset?: 0 | 1;
  readonly scaledEmbeddings?: boolean;
  /** Where config.json does not say. */
  readonly tiedByDefault?: boolean;
  readonly activation?: Activation;
  /** Layers of a sliding window; none where it is left out. */
  readonly isWindowed?: (config: DecoderConfig, layer: number) => boolean;
  /** Whether `layer_types`, where it is there, says so instead. */
  readonly readsLayerTypes?: boolean;
  /** What of this file we cannot run, or null. */
  readonly refuse?: (config: DecoderConfig) => string | null;
}

/**
 * Reads config.json of a decoder-only family.
 * @throws WorkbenchError `model-config` when a key is missing or wrong, `model-feature` for a feature that we cannot run
 */
export function readDecoderConfig(json: unknown, traits: DecoderTraits): ModelConfig {
  const config = parseKeys(json);
  const { architecture, activation = 'silu' } = traits;
  const unsupported = refuseCommon(config, activation) ?? traits.refuse?.(config) ?? null;
  if (unsupported) throw unsupportedFeature(unsupported, architecture);

  const numHeads = config.num_attention_heads;
  const numKvHeads = config.num_key_value_heads ?? numHeads;
  const headDim = config.head_dim ?? config.hidden_size / numHeads;
  if (!Number.isInteger(headDim))
    throw misfit(`hidden_size ${config.hidden_size} is not a multiple of num_attention_heads ${numHeads}`);
  if (headDim % 2 !== 0) throw misfit(`heads of ${headDim} cannot be turned in pairs`);
  if (numHeads % numKvHeads !== 0)
    throw misfit(`num_attention_heads ${numHeads} is not a multiple of num_key_value_heads ${numKvHeads}`);
  return {
    architecture,
    hiddenSize: config.hidden_size,
    numLayers: config.num_hidden_layers,
    numHeads,
    numKvHeads,
    headDim,
    intermediateSize: config.intermediate_size,
    vocabSize: config.vocab_size,
    rmsNormEps: config.rms_norm_eps,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    ropeScaling: readRopeScaling(config.rope_parameters ?? config.rope_scaling ?? null, architecture),
    tieWordEmbeddings: config.tie_word_embeddings ?? traits.tiedByDefault ?? false,
    qkvBias: traits.qkvBias ?? false,
    qkNorm: traits.qkNorm ?? false,
    activation,
    normOffset: traits.normOffset ?? 0,
    scaledEmbeddings: traits.scaledEmbeddings ?? false,
    slidingWindow: readSlidingWindow(config, traits),
    maxPositions: config.max_position_embeddings,
  };
}

function parseKeys(json: unknown): DecoderConfig {
  const parsed = DecoderConfigSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = issue?.path ?? [];
  const found = path.reduce<unknown>((at, key) => Object(at)[key], json);
  const shown = found === undefined ? 'nothing' : (JSON.stringify(found) ?? typeof found).slice(0, 60);
  throw new WorkbenchError(
    'validation',
    `The model's config.json has a wrong value for "${path.join('.')}": found ${shown}. ${issue?.message ?? ''}.`,
    {
      code: 'model-config',
      where: `config.json, "${path.join('.')}"`,
      wayOut: 'Compare the file with the one of the model’s original release.',
    },
  );
}

function misfit(what: string): WorkbenchError {
  return new WorkbenchError('validation', `The model's config.json does not fit together: ${what}.`, {
    code: 'model-config',
    where: 'config.json',
    wayOut: 'Compare the file with the one of the model’s original release.',
  });
}

/** Names in config.json of what each activation computes; older Gemma files say "gelu" and mean the tanh approximation. */
const ACTIVATION_NAMES: Readonly<Record<Activation, readonly string[]>> = {
  silu: ['silu', 'swish'],
  geluTanh: ['gelu_pytorch_tanh', 'gelu'],
};

function refuseCommon(config: DecoderConfig, activation: Activation): string | null {
  const named = config.hidden_activation ?? config.hidden_act;
  if (named && !ACTIVATION_NAMES[activation].includes(named)) return `the activation "${named}"`;
  if (config.mlp_bias) return 'a bias in the MLP (mlp_bias)';
  const turned = config.rope_parameters?.partial_rotary_factor ?? config.partial_rotary_factor ?? 1;
  if (turned !== 1) return `positions on a part of each head only (partial_rotary_factor ${turned})`;
  return null;
}

/** The numbers of each scaling that we compute. */
const ROPE_KINDS: Readonly<Record<string, (rope: Rope) => RopeScaling | null>> = {
  linear: ({ factor }) => (factor ? { kind: 'linear', factor } : null),
  llama3: ({
    factor,
    low_freq_factor: lowFreqFactor,
    high_freq_factor: highFreqFactor,
    original_max_position_embeddings: originalMaxPositions,
  }) =>
    factor && lowFreqFactor && highFreqFactor && originalMaxPositions && highFreqFactor > lowFreqFactor
      ? { kind: 'llama3', factor, lowFreqFactor, highFreqFactor, originalMaxPositions }
      : null,
};

function readRopeScaling(rope: Rope | null, architecture: string): RopeScaling | null {
  const kind = rope?.rope_type ?? rope?.type ?? 'default';
  if (!rope || kind === 'default') return null;
  const read = Object.hasOwn(ROPE_KINDS, kind) ? ROPE_KINDS[kind] : undefined;
  if (!read)
    throw unsupportedFeature(`RoPE scaling "${kind}" (known: ${Object.keys(ROPE_KINDS).join(', ')})`, architecture);
  const scaling = read(rope);
  if (!scaling) throw misfit(`RoPE scaling "${kind}" lacks one of its factors, or they contradict each other`);
  return scaling;
}

const LAYER_TYPES = ['full_attention', 'sliding_attention'];

/** The layers of a sliding window; null where none of them hides anything within the model's context. */
function readSlidingWindow(config: DecoderConfig, traits: DecoderTraits): SlidingWindow | null {
  const { layer_types: types, num_hidden_layers: numLayers, sliding_window: size } = config;
  if (types && types.length !== numLayers)
    throw misfit(`layer_types lists ${types.length} layers, num_hidden_layers says ${numLayers}`);
  const strange = types?.find((type) => !LAYER_TYPES.includes(type));
  if (strange !== undefined) throw unsupportedFeature(`layers of the kind "${strange}"`, traits.architecture);
  const layers = Array.from({ length: numLayers }, (_, layer) =>
    types ? types[layer] === 'sliding_attention' : (traits.isWindowed?.(config, layer) ?? false),
  );
  if (
    types &&
    !traits.readsLayerTypes &&
    layers.some((own, layer) => own !== (traits.isWindowed?.(config, layer) ?? false))
  )
    throw unsupportedFeature('layers of different kinds (layer_types)', traits.architecture);
  if (!layers.includes(true)) return null;
  if (!size) {
    if (types)
      throw misfit('layer_types names layers of a sliding window, and sliding_window does not say how long it is');
    return null;
  }
  return size < config.max_position_embeddings ? { size, layers } : null;
}

function unsupportedFeature(feature: string, architecture: string): WorkbenchError {
  return new WorkbenchError(
    'unsupported',
    `This ${architecture} model uses ${feature}, which the workbench cannot run.`,
    {
      code: 'model-feature',
      where: 'config.json',
      wayOut: 'Choose a model of the same family without it.',
    },
  );
}
