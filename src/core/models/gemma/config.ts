import { readDecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';

/** Gemma 1: embeddings times √hidden, norms stored around 0, GELU gates, tied head. Gemma 2 and 3 have other blocks. */
export function readGemmaConfig(json: unknown): ModelConfig {
  return readDecoderConfig(json, {
    architecture: 'gemma',
    activation: 'geluTanh',
    normOffset: 1,
    scaledEmbeddings: true,
    tiedByDefault: true,
    refuse: (config) =>
      config['use_bidirectional_attention']
        ? 'attention to later positions (use_bidirectional_attention)'
        : config.attention_bias
          ? 'a bias in attention (attention_bias)'
          : null,
  });
}
