import { readDecoderConfig, type DecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';

/** Qwen2 and Qwen2.5: a bias on queries, keys and values. */
export function readQwen2Config(json: unknown): ModelConfig {
  return readDecoderConfig(json, {
    architecture: 'qwen2',
    qkvBias: true,
    isWindowed: isWindowedInQwen,
    readsLayerTypes: true,
  });
}

/** `sliding_window` is present but off unless `use_sliding_window`; the first `max_window_layers` layers see everything. */
export function isWindowedInQwen(config: DecoderConfig, layer: number): boolean {
  // 28 is the default of transformers.
  return config.use_sliding_window === true && layer >= (config.max_window_layers ?? 28);
}
