import { expect, it } from 'vitest';
import { readModelConfig } from '../models/registry';
import { kvBytesPerToken, kvLayoutOf } from './kv-rows';

it.each([
  { headDim: 2, held: 8 },
  { headDim: 12, held: 16 },
  { headDim: 16, held: 16 },
  { headDim: 20, held: 24 },
])('a cache holds $held numbers of a head of $headDim', ({ headDim, held }) => {
  const config = readModelConfig({
    model_type: 'llama',
    hidden_size: 32,
    num_hidden_layers: 3,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    head_dim: headDim,
    intermediate_size: 20,
    vocab_size: 31,
    rms_norm_eps: 1e-5,
    rope_theta: 500,
    max_position_embeddings: 64,
  });
  // 3 layers, keys and values, 2 heads, 4 bytes a number.
  expect(kvBytesPerToken(kvLayoutOf(config))).toBe(3 * 2 * 2 * held * 4);
});
