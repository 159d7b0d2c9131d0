import { readDecoderConfig } from '../decoder/config';
import type { ModelConfig } from '../model-config';

/** Mistral: a Llama whose layers all have a sliding window where `sliding_window` is a number (v0.1). */
export function readMistralConfig(json: unknown): ModelConfig {
  return readDecoderConfig(json, { architecture: 'mistral', isWindowed: () => true });
}
