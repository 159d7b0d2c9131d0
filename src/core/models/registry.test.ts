import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import { DATA, hasData } from '../testing/fixtures';
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

  it('reads a Gemma: scaled embeddings, norms around 0, a tied head, the old name of its activation', () => {
    expect(
      readModelConfig({ ...SMOLLM2, model_type: 'gemma', hidden_act: 'gelu', tie_word_embeddings: undefined }),
    ).toMatchObject({ activation: 'geluTanh', normOffset: 1, scaledEmbeddings: true, tieWordEmbeddings: true });
  });

  it('reads which layers of a Qwen have a sliding window, listed or by their number', () => {
    const qwen = { ...SMOLLM2, model_type: 'qwen2', num_hidden_layers: 3, sliding_window: 100 };
    const layersOf = (change: object) => readModelConfig({ ...qwen, ...change }).slidingWindow?.layers;
    expect(layersOf({ use_sliding_window: false, max_window_layers: 1 })).toBeUndefined();
    expect(layersOf({ use_sliding_window: true, max_window_layers: 1 })).toEqual([false, true, true]);
    expect(layersOf({ use_sliding_window: true })).toBeUndefined();
    const listed = ['sliding_attention', 'full_attention', 'full_attention'];
    expect(layersOf({ layer_types: listed })).toEqual([true, false, false]);
    expect(() => layersOf({ layer_types: listed, sliding_window: null })).toThrow('does not say how long');
    expect(() => layersOf({ layer_types: listed.slice(1) })).toThrow('layer_types lists 2 layers');
    expect(() => layersOf({ layer_types: ['chunked_attention', ...listed.slice(1)] })).toThrow('chunked_attention');
    expect(() => layersOf({ model_type: 'llama', layer_types: listed })).toThrow('layer_types');
  });

  it.each([
    [{ model_type: 'mixtral', num_local_experts: 8 }, 'mixtures of experts'],
    [{ model_type: 'qwen3_moe', num_experts: 128 }, 'mixtures of experts'],
    [{ model_type: 'qwen2_5_vl', vision_config: { depth: 32 } }, 'images or sound'],
    [{ model_type: 'gemma3', text_config: {} }, 'images or sound'],
    [{ model_type: 't5', is_encoder_decoder: true }, 'an encoder and a decoder'],
    [{ model_type: 'gemma2', final_logit_softcapping: 30 }, 'softcapping'],
    [{ architectures: ['LlamaForSequenceClassification'] }, 'LlamaForSequenceClassification'],
  ])('refuses other kinds of models by name: %o', (change, words) => {
    expect(() => readModelConfig({ ...SMOLLM2, ...change })).toThrow(
      expect.objectContaining({ code: 'architecture-unknown', message: expect.stringContaining(words) }),
    );
  });

  it.each([
    [{ quant_method: 'gptq', bits: 4 }, 'to 4 bits by gptq'],
    [{ quant_method: 'awq', bits: 4, version: 'gemm' }, 'by awq'],
    [{ quant_method: 'bitsandbytes', load_in_4bit: true }, 'by bitsandbytes'],
    [{ quant_method: 'fp8' }, 'by fp8'],
    [{}, 'by an unnamed method'],
  ])('refuses quantised weights by the method’s name: %o', (quantisation, words) => {
    expect(() => readModelConfig({ ...SMOLLM2, quantization_config: quantisation })).toThrow(
      expect.objectContaining({ code: 'model-quantised', message: expect.stringContaining(words) }),
    );
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
    [{ rope_scaling: { type: 'dynamic', factor: 4 } }, 'dynamic'],
    [{ rope_scaling: { rope_type: 'longrope', factor: 4 } }, 'longrope'],
    [{ rope_scaling: { rope_type: 'toString' } }, 'toString'],
    [{ partial_rotary_factor: 0.5 }, 'partial_rotary_factor'],
    [{ use_sliding_window: true }, 'sliding-window'],
    [{ model_type: 'gemma', hidden_act: 'gelu', use_bidirectional_attention: true }, 'use_bidirectional_attention'],
  ])('refuses what it cannot run: %o', (change, word) => {
    expect(() => readModelConfig({ ...SMOLLM2, ...change })).toThrow(word);
  });

  it('says which key is wrong', () => {
    expect(() => readModelConfig({ ...SMOLLM2, hidden_size: '576' })).toThrow('"hidden_size"');
    expect(() => readModelConfig({ ...SMOLLM2, num_attention_heads: 7 })).toThrow('does not fit together');
    expect(() => readModelConfig(null)).toThrow('"unnamed"');
    expect(() => readModelConfig({ ...SMOLLM2, model_type: 7 })).toThrow('"unnamed"');
  });

  it.each([
    ['hidden_size', [-576, 0, 1e9, 576.5, '576', null, [576], undefined]],
    ['num_hidden_layers', [-1, 0, 1e9, 'many', undefined]],
    ['num_attention_heads', [0, -9, 1e9, {}, undefined]],
    ['num_key_value_heads', [0, 1e9, '3', 2.5]],
    ['head_dim', [0, -64, 1e9, '64']],
    ['intermediate_size', [0, 1e12, true, undefined]],
    ['vocab_size', [0, -1, 1e12, '49152', undefined]],
    ['rms_norm_eps', [0, -1e-5, 1e9, '1e-5']],
    ['rope_theta', [0, -1, 1e30, '10000']],
    ['max_position_embeddings', [0, -1, 1e12, '8192']],
    ['tie_word_embeddings', ['true', 1]],
    ['sliding_window', [-1, 0.5, '4096']],
    ['rope_scaling', ['linear', 4, { rope_type: 7 }, { rope_type: 'linear', factor: -1 }]],
    ['layer_types', ['full_attention', [1]]],
    ['architectures', ['LlamaForCausalLM', [1]]],
  ] as const)('refuses absurd values of %s, naming the key and what stood there', (key, values) => {
    for (const value of values) {
      const read = () => readModelConfig({ ...SMOLLM2, [key]: value });
      expect(read, JSON.stringify(value)).toThrow(
        expect.objectContaining({
          code: 'model-config',
          message: expect.stringContaining(`"${key}`),
          facts: expect.objectContaining({ wayOut: expect.any(String), where: expect.stringContaining(key) }),
        }),
      );
    }
  });

  it.each([
    [{ num_attention_heads: 7 }, 'hidden_size 576 is not a multiple of num_attention_heads 7'],
    [{ num_key_value_heads: 4 }, 'num_attention_heads 9 is not a multiple of num_key_value_heads 4'],
    [{ head_dim: 63 }, 'heads of 63'],
    [{ rope_scaling: { rope_type: 'llama3', factor: 8 } }, 'lacks one of its factors'],
  ])('refuses numbers that do not fit together: %o', (change, words) => {
    expect(() => readModelConfig({ ...SMOLLM2, ...change })).toThrow(words);
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

describe.skipIf(!hasData)('the configurations of real models', () => {
  interface Published {
    readonly config: Readonly<Record<string, unknown>>;
    readonly qkv_bias?: boolean;
  }
  const published = hasData
    ? Object.entries(
        // The file's layout is documented in its README; a test that reads it wrong fails.
        JSON.parse(readFileSync(join(DATA, 'model_configs/model_configs.json'), 'utf8')) as Record<string, Published>,
      )
    : [];

  it.each(published)('%s is read as published, or refused by name', (_, { config, qkv_bias: qkvBias }) => {
    try {
      const read = readModelConfig(config);
      expect(read).toMatchObject({
        architecture: config['model_type'],
        hiddenSize: config['hidden_size'],
        numLayers: config['num_hidden_layers'],
        numHeads: config['num_attention_heads'],
        numKvHeads: config['num_key_value_heads'],
        intermediateSize: config['intermediate_size'],
        vocabSize: config['vocab_size'],
        rmsNormEps: config['rms_norm_eps'],
        maxPositions: config['max_position_embeddings'],
        tieWordEmbeddings: config['tie_word_embeddings'],
        ...(qkvBias !== undefined && { qkvBias }),
      });
      if (typeof config['head_dim'] === 'number') expect(read.headDim).toBe(config['head_dim']);
      if (typeof config['rope_theta'] === 'number') expect(read.ropeTheta).toBe(config['rope_theta']);
      if (config['rope_scaling']) expect(read.ropeScaling).not.toBeNull();
    } catch (error) {
      if (!(error instanceof WorkbenchError)) throw error;
      expect(error.kind).toBe('unsupported');
      expect(error.facts.wayOut).toBeTruthy();
    }
  });
});
