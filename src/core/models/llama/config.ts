import { readDecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';

/** Llama 1–3, SmolLM, SmolLM2, TinyLlama. */
export function readLlamaConfig(json: unknown): ModelConfig {
  return readDecoderConfig(json, {
    architecture: 'llama',
    refuse: (config) =>
      config.attention_bias
        ? 'a bias in attention (attention_bias)'
        : config.use_sliding_window
          ? 'sliding-window attention'
          : null,
  });
}
