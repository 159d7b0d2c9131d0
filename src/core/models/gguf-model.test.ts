import { describe, expect, it } from 'vitest';
import type { GgufHeader, GgufValue } from '../formats/gguf';
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

describe('a sliding window in a GGUF file', () => {
  const read = (architecture: string, change: Readonly<Record<string, GgufValue>>) => {
    const own = (key: string) => key.replace(/^llama\./, `${architecture}.`);
    const metadata = new Map<string, GgufValue>([
      ...[...facts(16, 10_000)].map(([key, value]) => [own(key), value] as const),
      ['general.architecture', architecture],
      [`${architecture}.block_count`, 4],
      ...Object.entries(change).map(([key, value]) => [`${architecture}.attention.${key}`, value] as const),
    ]);
    return readModelConfig(
      describeGgufConfig({ version: 3, metadata, tensors: new Map(), dataBegin: 0 }, null, 'x.gguf'),
    );
  };

  it.each([
    ['llama', { sliding_window: 128 }, 'mistral', [true, true, true, true]],
    ['mistral', { sliding_window: 128 }, 'mistral', [true, true, true, true]],
    ['llama', { sliding_window: 512 }, 'llama', undefined],
    ['llama', { sliding_window: 0 }, 'llama', undefined],
    ['llama', {}, 'llama', undefined],
    [
      'qwen2',
      { sliding_window: 128, sliding_window_pattern: [true, true, false, true] },
      'qwen2',
      [true, true, false, true],
    ],
    ['qwen3', { sliding_window: 128, sliding_window_pattern: 2 }, 'qwen3', [true, false, true, false]],
    ['qwen3', { sliding_window: 128, sliding_window_pattern: 1 }, 'qwen3', undefined],
    ['qwen3', { sliding_window: 128, sliding_window_pattern: [0, 0, 0, 0] }, 'qwen3', undefined],
  ] as const)('of %s %o is read', (architecture, change, expected, layers) => {
    const config = read(architecture, change);
    expect(config.architecture).toBe(expected);
    expect(config.slidingWindow).toEqual(layers === undefined ? null : { size: 128, layers });
  });

  it.each([
    ['llama', { sliding_window: 128, sliding_window_pattern: [true, false, true, true] }, 'model-feature'],
    ['gemma', { sliding_window: 128 }, 'model-feature'],
    ['qwen3', { sliding_window: 128, sliding_window_pattern: [true] }, 'gguf-metadata'],
    ['qwen3', { sliding_window: 128, sliding_window_pattern: 'LLLG' }, 'gguf-metadata'],
    ['llama', { sliding_window: 'long' }, 'gguf-metadata'],
    ['llama', { sliding_window: 12.5 }, 'model-config'],
  ] as const)('of %s %o is refused', (architecture, change, code) => {
    expect(() => read(architecture, change)).toThrow(
      expect.objectContaining({ facts: expect.objectContaining({ code }) }),
    );
  });
});
