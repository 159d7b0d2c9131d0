import { WorkbenchError } from '../errors';
import { isRecord, type JsonRecord } from '../formats/json';
import { readGemmaConfig } from './gemma/config';
import { readLlamaConfig } from './llama/config';
import { readMistralConfig } from './mistral/config';
import type { ModelConfig } from './model-config';
import { readQwen2Config } from './qwen2/config';
import { readQwen3Config } from './qwen3/config';

/** A family of models. */
export interface Architecture {
  /** As a person knows it. */
  readonly title: string;
  readonly readConfig: (json: unknown) => ModelConfig;
  /** What transformers calls the class with a language model's head. */
  readonly className: string;
  /** Whether llama.cpp's converter reorders the rows of q and k, see `countPairedHeads`. */
  readonly isPairedInGguf?: boolean;
}

/** The model families that the engine runs, by `model_type` of config.json (`general.architecture` in GGUF). */
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  gemma: { title: 'Gemma (1)', readConfig: readGemmaConfig, className: 'GemmaForCausalLM' },
  llama: {
    title: 'Llama 1–3 (SmolLM2, TinyLlama)',
    readConfig: readLlamaConfig,
    className: 'LlamaForCausalLM',
    isPairedInGguf: true,
  },
  mistral: {
    title: 'Mistral',
    readConfig: readMistralConfig,
    className: 'MistralForCausalLM',
    isPairedInGguf: true,
  },
  qwen2: { title: 'Qwen2 and Qwen2.5', readConfig: readQwen2Config, className: 'Qwen2ForCausalLM' },
  qwen3: { title: 'Qwen3 (dense)', readConfig: readQwen3Config, className: 'Qwen3ForCausalLM' },
};

/** The row of a family, or null. */
export function findArchitecture(name: string): Architecture | null {
  return (Object.hasOwn(ARCHITECTURES, name) ? ARCHITECTURES[name] : undefined) ?? null;
}

/**
 * Reads a parsed config.json of any family we know.
 * @throws WorkbenchError `architecture-unknown` naming the family and those that are known; `model-quantised`, `model-config`,
 * `model-feature`
 */
export function readModelConfig(json: unknown): ModelConfig {
  const config = isRecord(json) ? json : {};
  const type = typeof config['model_type'] === 'string' ? config['model_type'] : '';
  for (const refuse of [refuseKind, refuseHead, refuseQuantised]) {
    const error = refuse(config, type);
    if (error) throw error;
  }
  const family = findArchitecture(type);
  if (family) return family.readConfig(json);
  throw refuseFamily(type, `models of the kind "${type || 'unnamed'}"`);
}

/** Traits of whole classes of models that we do not run, by the keys of config.json that give them away. */
const KINDS: readonly { readonly keys: readonly string[]; readonly what: string }[] = [
  {
    keys: ['num_local_experts', 'num_experts', 'n_routed_experts', 'moe_intermediate_size'],
    what: 'mixtures of experts',
  },
  { keys: ['vision_config', 'audio_config', 'text_config', 'image_token_id'], what: 'models of images or sound' },
  { keys: ['is_encoder_decoder'], what: 'models of an encoder and a decoder' },
  { keys: ['attn_logit_softcapping', 'final_logit_softcapping'], what: 'models that cap their logits (softcapping)' },
];

function refuseKind(config: JsonRecord, type: string): WorkbenchError | null {
  for (const { keys, what } of KINDS) {
    const key = keys.find((name) => Boolean(config[name]));
    if (key !== undefined) return refuseFamily(type, `${what}, and "${type || 'unnamed'}" is one ("${key}")`);
  }
  return null;
}

/** A class with another head than a language model's, e.g. `LlamaForSequenceClassification`. */
function refuseHead({ architectures }: JsonRecord, type: string): WorkbenchError | null {
  if (!Array.isArray(architectures) || architectures.length === 0 || !findArchitecture(type)) return null;
  const names = architectures.filter((name) => typeof name === 'string');
  if (names.length === 0 || names.some((name) => name.endsWith('ForCausalLM'))) return null;
  return refuseFamily(type, `${names.join(', ')}: it does not predict the next token`);
}

function refuseQuantised({ quantization_config: stored }: JsonRecord): WorkbenchError | null {
  if (!isRecord(stored)) return null;
  const method = typeof stored['quant_method'] === 'string' ? stored['quant_method'] : 'an unnamed method';
  const bits = typeof stored['bits'] === 'number' ? ` to ${stored['bits']} bits` : '';
  return new WorkbenchError('unsupported', `The model's weights are quantised${bits} by ${method}.`, {
    code: 'model-quantised',
    where: 'config.json, "quantization_config"',
    wayOut: 'Choose the model as it was released (F32, F16 or BF16), or its GGUF file.',
  });
}

function refuseFamily(architecture: string, what: string): WorkbenchError {
  return new WorkbenchError('unsupported', `The workbench cannot run ${what}.`, {
    code: 'architecture-unknown',
    where: 'config.json, "model_type"',
    wayOut: `Choose a model of one of these families: ${Object.keys(ARCHITECTURES).join(', ')}.`,
    details: { architecture },
  });
}
