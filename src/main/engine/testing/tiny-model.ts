import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import { WeightStore } from '../weight-store';

/** A model of a few thousand weights, for tests of what does not depend on size. */
export const TINY_CONFIG: ModelConfig = {
  architecture: 'llama',
  hiddenSize: 24,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 6,
  intermediateSize: 40,
  vocabSize: 20,
  rmsNormEps: 1e-5,
  ropeTheta: 1000,
  ropeScaling: null,
  tieWordEmbeddings: true,
  qkvBias: false,
  qkNorm: false,
  activation: 'silu',
  normOffset: 0,
  scaledEmbeddings: false,
  slidingWindow: null,
  maxPositions: 600,
};

/** Weights as a fresh model has them: norms 1, matrices normal with standard deviation 0.1. */
export function makeTinyModel(config: ModelConfig = TINY_CONFIG, seed = 1): WeightStore {
  const store = new WeightStore(listParameters(config));
  for (const { name, dims, data } of store.names.map((each) => store.get(each))) {
    const rng = createRng(seed).fork(name);
    for (let index = 0; index < data.length; index++) data[index] = dims.length === 1 ? 1 : 0.1 * rng.normal();
  }
  return store;
}
