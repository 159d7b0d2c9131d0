import { describe, expect, it } from 'vitest';
import { ropeFrequencies } from './decoder/rope';
import { headName, listParameters } from './decoder/parameters';
import { ARCHITECTURES, readModelConfig } from './registry';

/** config.json of SmolLM2-135M-Instruct, shortened to what is read. */
const SMOLLM2 = {
  model_type: 'llama',
  hidden_size: 576,
  num_hidden_layers: 30,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  intermediate_size: 1536,
  vocab_size: 49152,
  rms_norm_eps: 1e-5,
  rope_theta: 100000,
  rope_scaling: null,
  tie_word_embeddings: true,
  max_position_embeddings: 8192,
  hidden_act: 'silu',
};

describe('readModelConfig', () => {
  it('reads a Llama as transformers 4 writes it, head size derived', () => {
    expect(readModelConfig(SMOLLM2)).toMatchObject({
      architecture: 'llama',
      headDim: 64,
      numKvHeads: 3,
      ropeTheta: 100000,
      ropeScaling: null,
      qkvBias: false,
      tieWordEmbeddings: true,
    });
  });

  it('reads a Qwen3 as transformers 5 writes it, with `rope_parameters`', () => {
    const config = readModelConfig({
      ...SMOLLM2,
      model_type: 'qwen3',
      head_dim: 128,
      rope_theta: undefined,
      rope_parameters: { rope_type: 'default', rope_theta: 1e6 },
    });
    expect(config).toMatchObject({ architecture: 'qwen3', headDim: 128, ropeTheta: 1e6, qkNorm: true });
  });

  it('takes as many key heads as heads where none are named', () => {
    expect(readModelConfig({ ...SMOLLM2, num_key_value_heads: undefined }).numKvHeads).toBe(9);
  });

  it.each(['gpt2', 'gemma3', ''])('refuses the family "%s" and names those it knows', (type) => {
    expect(() => readModelConfig({ ...SMOLLM2, model_type: type })).toThrow(
      expect.objectContaining({
        code: 'architecture-unknown',
        facts: expect.objectContaining({ wayOut: expect.stringContaining(Object.keys(ARCHITECTURES).join(', ')) }),
      }),
    );
  });

  it.each([
    [{ attention_bias: true }, 'attention_bias'],
    [{ mlp_bias: true }, 'mlp_bias'],
    [{ hidden_act: 'gelu' }, 'gelu'],
    [{ rope_scaling: { rope_type: 'yarn', factor: 4 } }, 'yarn'],
    [{ use_sliding_window: true }, 'sliding-window'],
  ])('refuses what it cannot run: %o', (change, word) => {
    expect(() => readModelConfig({ ...SMOLLM2, ...change })).toThrow(word);
  });

  it('says which key is wrong', () => {
    expect(() => readModelConfig({ ...SMOLLM2, hidden_size: '576' })).toThrow('"hidden_size"');
    expect(() => readModelConfig({ ...SMOLLM2, num_attention_heads: 7 })).toThrow('does not fit together');
    expect(() => readModelConfig(null)).toThrow('"unnamed"');
  });
});

describe('listParameters', () => {
  it('counts the 134 515 008 weights of SmolLM2-135M', () => {
    const count = (specs: ReturnType<typeof listParameters>) =>
      specs.reduce((total, { dims }) => total + dims.reduce((a, b) => a * b, 1), 0);
    expect(count(listParameters(readModelConfig(SMOLLM2)))).toBe(134_515_008);
  });

  it('lists a head of its own only where it is untied', () => {
    const [tied, untied] = [true, false].map((tie) => readModelConfig({ ...SMOLLM2, tie_word_embeddings: tie }));
    if (!tied || !untied) throw new Error('no config');
    expect(listParameters(tied).some(({ name }) => name === 'lm_head.weight')).toBe(false);
    expect(listParameters(untied).at(-1)).toEqual({ name: headName(untied), dims: [49152, 576] });
  });
});

describe('ropeFrequencies', () => {
  it('slows long waves by the factor and keeps short ones, as Llama 3.1 asks', () => {
    const plain = { headDim: 64, ropeTheta: 500_000, ropeScaling: null };
    const ropeScaling = {
      kind: 'llama3',
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 8192,
    } as const;
    const [before, after] = [ropeFrequencies(plain), ropeFrequencies({ ...plain, ropeScaling })];
    expect(after[0]).toBe(before[0]);
    expect(after.at(-1)).toBeCloseTo((before.at(-1) ?? 0) / 8, 12);
    after.forEach((frequency, pair) =>
      expect(frequency <= (before[pair] ?? 0) && frequency >= (before[pair] ?? 0) / 8).toBe(true),
    );
  });
});
