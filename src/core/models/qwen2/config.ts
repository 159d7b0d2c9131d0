import { readDecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';

/** Qwen2 and Qwen2.5: a bias on queries, keys and values. `sliding_window` is present but off unless `use_sliding_window`. */
export function readQwen2Config(json: unknown): ModelConfig {
  return readDecoderConfig(json, { architecture: 'qwen2', qkvBias: true, qkNorm: false });
}
