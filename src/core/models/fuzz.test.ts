import { expect, it } from 'vitest';
import { parseGguf } from '../formats/gguf';
import { buildGguf } from '../formats/testing/gguf-bytes';
import { fuzz, FUZZ_TIMEOUT, mutateBytes, mutateJsonText } from '../testing/mutants';
import { JsonCursor } from '../formats/json';
import { listParameters } from './decoder/parameters';
import { ropeFrequencies } from './decoder/rope';
import { describeGgufConfig, describeGgufGeneration, nameTensors } from './gguf-model';
import { readModelConfig } from './registry';

const CONFIGS = [
  {
    model_type: 'llama',
    architectures: ['LlamaForCausalLM'],
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    intermediate_size: 96,
    vocab_size: 300,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 8,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 64,
    },
    tie_word_embeddings: true,
    max_position_embeddings: 512,
    hidden_act: 'silu',
  },
  {
    model_type: 'qwen3',
    hidden_size: 64,
    num_hidden_layers: 2,
    num_attention_heads: 4,
    head_dim: 16,
    intermediate_size: 96,
    vocab_size: 300,
    rope_parameters: { rope_type: 'default', rope_theta: 1e6 },
    use_sliding_window: true,
    sliding_window: 16,
    layer_types: ['full_attention', 'sliding_attention'],
  },
];

it(
  'a damaged config.json is read or refused, and what is read is of a size that can be listed',
  () => {
    const outcome = fuzz('config', {
      mutate: (rng) => mutateJsonText(CONFIGS[rng.integer(CONFIGS.length)], rng),
      sizeOf: (text) => text.length,
      parse(text) {
        const config = readModelConfig(JsonCursor.parse(text, 'config.json').value);
        listParameters(config);
        ropeFrequencies(config);
      },
    });
    expect(outcome.refused).toBeGreaterThan(0.2);
    expect(outcome.refused).toBeLessThan(1);
  },
  FUZZ_TIMEOUT,
);

it(
  'a damaged GGUF head gives a configuration or is refused',
  () => {
    const bytes = buildGguf(
      [
        ['general.architecture', 'llama'],
        ['llama.block_count', 2],
        ['llama.context_length', 128],
        ['llama.embedding_length', 16],
        ['llama.feed_forward_length', 24],
        ['llama.attention.head_count', 2],
        ['llama.attention.head_count_kv', 1],
        ['llama.attention.layer_norm_rms_epsilon', 0.25],
        ['llama.rope.freq_base', 10000],
        ['tokenizer.ggml.eos_token_id', 2],
      ],
      [
        { name: 'token_embd.weight', dims: [3, 16], data: new Float32Array(48) },
        { name: 'blk.0.attn_q.weight', dims: [2, 2], data: new Float32Array(4) },
      ],
    );
    const outcome = fuzz('gguf-config', {
      mutate: (rng) => mutateBytes([bytes], rng),
      sizeOf: (mutant) => mutant.length,
      parse(mutant) {
        const header = parseGguf(mutant, mutant.length, 'x');
        if (!header) throw new RangeError('asked for more than the whole file');
        readModelConfig(describeGgufConfig(header, null, 'x'));
        describeGgufGeneration(header.metadata);
        nameTensors(header);
      },
    });
    expect(outcome.refused).toBeGreaterThan(0.2);
    expect(outcome.refused).toBeLessThan(1);
    expect(outcome.worstAllocation).toBeLessThanOrEqual(1);
  },
  FUZZ_TIMEOUT,
);
