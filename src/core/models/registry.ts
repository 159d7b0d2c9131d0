import { WorkbenchError } from '../errors';
import { readLlamaConfig } from './llama/config';
import { readMistralConfig } from './mistral/config';
import type { ModelConfig } from './model-config';
import { readQwen2Config } from './qwen2/config';
import { readQwen3Config } from './qwen3/config';

/** The model families that the engine runs, by `model_type` of config.json (`general.architecture` in GGUF). */
export const ARCHITECTURES: Readonly<
  Record<string, { readonly title: string; readonly readConfig: (json: unknown) => ModelConfig }>
> = {
  llama: { title: 'Llama (SmolLM2, TinyLlama, Llama 3)', readConfig: readLlamaConfig },
  mistral: { title: 'Mistral', readConfig: readMistralConfig },
  qwen2: { title: 'Qwen2 and Qwen2.5', readConfig: readQwen2Config },
  qwen3: { title: 'Qwen3', readConfig: readQwen3Config },
};

/**
 * Reads a parsed config.json of any family we know.
 * @throws WorkbenchError `architecture-unknown` naming the family and those that are known; `model-config`, `model-feature`
 */
export function readModelConfig(json: unknown): ModelConfig {
  const type = typeof json === 'object' && json !== null && 'model_type' in json ? String(json.model_type) : '';
  const family = Object.hasOwn(ARCHITECTURES, type) ? ARCHITECTURES[type] : undefined;
  if (family) return family.readConfig(json);
  throw new WorkbenchError('unsupported', `The workbench cannot run models of the kind "${type || 'unnamed'}".`, {
    code: 'architecture-unknown',
    where: 'config.json, "model_type"',
    wayOut: `Choose a model of one of these families: ${Object.keys(ARCHITECTURES).join(', ')}.`,
    details: { architecture: type },
  });
}
