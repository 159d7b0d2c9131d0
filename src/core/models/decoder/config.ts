import { z } from 'zod';
import { WorkbenchError } from '../../errors';
import type { ModelConfig, RopeScaling } from '../model-config';

const RopeSchema = z.looseObject({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  factor: z.number().optional(),
  low_freq_factor: z.number().optional(),
  high_freq_factor: z.number().optional(),
  original_max_position_embeddings: z.number().optional(),
});

/** The keys of config.json that every decoder of this shape has; transformers 4 and 5 spell RoPE differently. */
export const DecoderConfigSchema = z.looseObject({
  model_type: z.string(),
  hidden_size: z.int().positive(),
  num_hidden_layers: z.int().positive(),
  num_attention_heads: z.int().positive(),
  num_key_value_heads: z.int().positive().nullish(),
  head_dim: z.int().positive().nullish(),
  intermediate_size: z.int().positive(),
  vocab_size: z.int().positive(),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: RopeSchema.nullish(),
  rope_parameters: RopeSchema.nullish(),
  tie_word_embeddings: z.boolean().default(false),
  max_position_embeddings: z.int().positive().default(2048),
  hidden_act: z.string().default('silu'),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  use_sliding_window: z.boolean().default(false),
  sliding_window: z.int().nullish(),
});

export type DecoderConfig = z.infer<typeof DecoderConfigSchema>;

/** What a family adds to the common shape. */
export interface DecoderTraits {
  readonly architecture: string;
  readonly qkvBias: boolean;
  readonly qkNorm: boolean;
  /** What of this file we cannot run, or null. */
  readonly refuse?: (config: DecoderConfig) => string | null;
}

/**
 * Reads config.json of a decoder-only family.
 * @throws WorkbenchError `model-config` when a key is missing or wrong, `model-feature` for a feature that we cannot run
 */
export function readDecoderConfig(json: unknown, traits: DecoderTraits): ModelConfig {
  const parsed = DecoderConfigSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new WorkbenchError(
      'validation',
      `The model's config.json has a wrong value for "${issue?.path.join('.') ?? ''}": ${issue?.message ?? ''}.`,
      {
        code: 'model-config',
        where: 'config.json',
        wayOut: 'Compare the file with the one of the model’s original release.',
      },
    );
  }
  const config = parsed.data;
  const rope = config.rope_parameters ?? config.rope_scaling ?? null;
  const unsupported = refuseCommon(config) ?? traits.refuse?.(config) ?? null;
  if (unsupported) throw unsupportedFeature(unsupported, traits.architecture);

  const headDim = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  const numKvHeads = config.num_key_value_heads ?? config.num_attention_heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0 || config.num_attention_heads % numKvHeads !== 0) {
    throw new WorkbenchError(
      'validation',
      `The model's config.json does not fit together: ${config.hidden_size} hidden units, ${config.num_attention_heads} heads, ${numKvHeads} key heads.`,
      { code: 'model-config', where: 'config.json' },
    );
  }
  return {
    architecture: traits.architecture,
    hiddenSize: config.hidden_size,
    numLayers: config.num_hidden_layers,
    numHeads: config.num_attention_heads,
    numKvHeads,
    headDim,
    intermediateSize: config.intermediate_size,
    vocabSize: config.vocab_size,
    rmsNormEps: config.rms_norm_eps,
    ropeTheta: config.rope_parameters?.rope_theta ?? config.rope_theta ?? 10_000,
    ropeScaling: readRopeScaling(rope, traits.architecture),
    tieWordEmbeddings: config.tie_word_embeddings,
    qkvBias: traits.qkvBias,
    qkNorm: traits.qkNorm,
    maxPositions: config.max_position_embeddings,
  };
}

function refuseCommon(config: DecoderConfig): string | null {
  if (config.hidden_act !== 'silu') return `the activation "${config.hidden_act}"`;
  if (config.mlp_bias) return 'a bias in the MLP (mlp_bias)';
  if (config.use_sliding_window) return 'sliding-window attention';
  return null;
}

function readRopeScaling(rope: z.infer<typeof RopeSchema> | null, architecture: string): RopeScaling | null {
  const kind = rope?.rope_type ?? rope?.type ?? 'default';
  if (!rope || kind === 'default') return null;
  const {
    factor,
    low_freq_factor: lowFreqFactor,
    high_freq_factor: highFreqFactor,
    original_max_position_embeddings: originalMaxPositions,
  } = rope;
  if (kind !== 'llama3' || !factor || !lowFreqFactor || !highFreqFactor || !originalMaxPositions)
    throw unsupportedFeature(`RoPE scaling "${kind}"`, architecture);
  return { kind, factor, lowFreqFactor, highFreqFactor, originalMaxPositions };
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
