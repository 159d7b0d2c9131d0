import { describe, expect, it } from 'vitest';
import type { GgufHeader } from '../formats/gguf';
import { ropeFrequencies } from './decoder/rope';
import { describeGgufConfig } from './gguf-model';
import type { RopeScaling } from './model-config';
import { readModelConfig } from './registry';

const facts = (headDim: number, ropeTheta: number): GgufHeader['metadata'] =>
  new Map<string, string | number>([
    ['general.architecture', 'llama'],
    ['llama.embedding_length', 64],
    ['llama.feed_forward_length', 96],
    ['llama.block_count', 1],
    ['llama.attention.head_count', 2],
    ['llama.attention.head_count_kv', 2],
    ['llama.attention.key_length', headDim],
    ['llama.attention.layer_norm_rms_epsilon', 1e-5],
    ['llama.context_length', 512],
    ['llama.rope.freq_base', ropeTheta],
    ['llama.vocab_size', 300],
  ]);

/** Configuration of a file that holds nothing but the factors that this scaling gives. */
function throughFactors(headDim: number, ropeTheta: number, ropeScaling: RopeScaling) {
  const plain = ropeFrequencies({ headDim, ropeTheta, ropeScaling: null });
  const scaled = ropeFrequencies({ headDim, ropeTheta, ropeScaling });
  const header: GgufHeader = { version: 3, metadata: facts(headDim, ropeTheta), tensors: new Map(), dataBegin: 0 };
  const factors = Float32Array.from(plain, (frequency, i) => frequency / (scaled[i] ?? Number.NaN));
  return { config: readModelConfig(describeGgufConfig(header, factors, 'x.gguf')), scaled };
}

const scaling = (factor: number, low: number, high: number, original: number): RopeScaling => ({
  kind: 'llama3',
  factor,
  lowFreqFactor: low,
  highFreqFactor: high,
  originalMaxPositions: original,
});

describe('RoPE factors of a GGUF file', () => {
  it('give back the numbers of released models', () => {
    for (const released of [scaling(8, 1, 4, 8192), scaling(32, 1, 4, 8192)])
      expect(throughFactors(128, 500_000, released).config.ropeScaling).toEqual(released);
  });

  it.each([
    { about: 'other bounds and context', headDim: 64, theta: 10_000, of: scaling(4, 2, 8, 1000) },
    { about: 'one interpolated wave', headDim: 12, theta: 5000, of: scaling(3, 2, 7, 40) },
    { about: 'no interpolated wave', headDim: 8, theta: 1_000_000, of: scaling(5, 1, 1.5, 100) },
    { about: 'no wave that is slowed down whole', headDim: 32, theta: 100, of: scaling(6, 1, 16, 700) },
    { about: 'no wave that is kept', headDim: 32, theta: 10_000, of: scaling(2, 1, 400, 512) },
  ])('give the same angles again: $about', ({ headDim, theta, of }) => {
    const { config, scaled } = throughFactors(headDim, theta, of);
    ropeFrequencies(config).forEach((frequency, i) =>
      expect(Math.abs(frequency / (scaled[i] ?? Number.NaN) - 1)).toBeLessThan(1e-6),
    );
  });
});
