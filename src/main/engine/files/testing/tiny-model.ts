import { describeModelConfig } from '@core/export/hf-config';
import { elementCount } from '@core/formats/safetensors';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig, Parameter } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import { loadTokenizer } from '@core/tokenizer/load-tokenizer';
import { byteTokenizerFiles } from '@core/tokenizer/testing/byte-tokenizer';
import type { ModelToWrite } from '../write-model-folder';

/** A Llama of two layers that knows 263 tokens and has 272 rows. */
export const TINY_CONFIG: ModelConfig = {
  architecture: 'llama',
  hiddenSize: 16,
  numLayers: 2,
  numHeads: 4,
  numKvHeads: 2,
  headDim: 4,
  intermediateSize: 24,
  vocabSize: 272,
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
  maxPositions: 128,
};

/** Weights in memory by name. */
export class TinyWeights {
  readonly parameters: ReadonlyMap<string, Parameter>;

  constructor(config: ModelConfig, seed = 1) {
    const rng = createRng(seed);
    this.parameters = new Map(
      listParameters(config).map(({ name, dims }) => {
        const data = Float32Array.from({ length: elementCount(dims) }, () => 0.1 * rng.normal());
        return [name, { name, dims, data }];
      }),
    );
  }

  get(name: string): Parameter {
    const found = this.parameters.get(name);
    if (!found) throw new Error(`no weight ${name}`);
    return found;
  }
}

/** A complete model ready to be written, with seeded random weights; `config` changes the shape. */
export function tinyModel(change: Partial<ModelConfig> = {}): ModelToWrite & { readonly weights: TinyWeights } {
  const config = { ...TINY_CONFIG, ...change };
  return {
    config,
    rawConfig: describeModelConfig(config),
    generationConfig: null,
    tokenizer: loadTokenizer(byteTokenizerFiles()),
    weights: new TinyWeights(config),
  };
}
