import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import { WeightStore } from '../src/main/engine/weight-store';

/** Shapes that are measured. Speed does not depend on the values, so weights are drawn. */
export const SHAPES = {
  /** The embedded model. */
  'tiny 1.8M': shape({
    hiddenSize: 192,
    numLayers: 4,
    numHeads: 6,
    numKvHeads: 6,
    headDim: 32,
    intermediateSize: 512,
    vocabSize: 144,
    maxPositions: 512,
  }),
  /** The small model that TRL was measured with: 3.3M weights. */
  'tiny 3M': shape({
    hiddenSize: 256,
    numLayers: 4,
    numHeads: 4,
    numKvHeads: 4,
    headDim: 64,
    intermediateSize: 688,
    vocabSize: 512,
    maxPositions: 512,
  }),
  /** SmolLM2-135M. */
  '135M': shape({
    hiddenSize: 576,
    numLayers: 30,
    numHeads: 9,
    numKvHeads: 3,
    headDim: 64,
    intermediateSize: 1536,
    vocabSize: 49_152,
    maxPositions: 2048,
  }),
} as const satisfies Record<string, ModelConfig>;

/** Shapes of the suites without peers' goals. */
export type MeasuredShape = 'tiny 1.8M' | '135M';

/** A model of this shape with seeded weights of an ordinary size. */
export function drawWeights(config: ModelConfig): WeightStore {
  const store = new WeightStore(listParameters(config));
  const rng = createRng('bench');
  const block = Float32Array.from({ length: 65_521 }, () => 0.04 * rng.normal());
  for (const name of store.names) {
    const { data, dims } = store.get(name);
    if (dims.length === 1) data.fill(1);
    else
      for (let at = 0; at < data.length; at += block.length)
        data.set(block.subarray(0, Math.min(block.length, data.length - at)), at);
  }
  return store;
}

/** The shape as transformers reads it, for peers. */
export function toHfShape(config: ModelConfig): Record<string, number | string | boolean> {
  return {
    model_type: 'llama',
    hidden_size: config.hiddenSize,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKvHeads,
    head_dim: config.headDim,
    intermediate_size: config.intermediateSize,
    vocab_size: config.vocabSize,
    max_position_embeddings: config.maxPositions,
    tie_word_embeddings: config.tieWordEmbeddings,
  };
}

type Sizes = Pick<
  ModelConfig,
  'hiddenSize' | 'numLayers' | 'numHeads' | 'numKvHeads' | 'headDim' | 'intermediateSize' | 'vocabSize' | 'maxPositions'
>;

function shape(sizes: Sizes): ModelConfig {
  return {
    architecture: 'llama',
    rmsNormEps: 1e-5,
    ropeTheta: 10_000,
    ropeScaling: null,
    tieWordEmbeddings: true,
    qkvBias: false,
    qkNorm: false,
    activation: 'silu',
    normOffset: 0,
    scaledEmbeddings: false,
    slidingWindow: null,
    ...sizes,
  };
}
