import { readDecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';
import { isWindowedInQwen } from '../qwen2/config';

/** Qwen3, dense: RMS norm on each head of queries and keys instead of a bias. */
export function readQwen3Config(json: unknown): ModelConfig {
  return readDecoderConfig(json, {
    architecture: 'qwen3',
    qkNorm: true,
    isWindowed: isWindowedInQwen,
    readsLayerTypes: true,
    refuse: (config) => (config.attention_bias ? 'a bias in attention (attention_bias)' : null),
  });
}
