import { readDecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';

/** Mistral without sliding-window attention (v0.2 and later): a Llama by another name. */
export function readMistralConfig(json: unknown): ModelConfig {
  return readDecoderConfig(json, {
    architecture: 'mistral',
    qkvBias: false,
    qkNorm: false,
    refuse: (config) =>
      config.sliding_window && config.sliding_window < config.max_position_embeddings
        ? 'sliding-window attention'
        : null,
  });
}
