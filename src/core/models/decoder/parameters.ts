import { sizeOf } from '../../tensor/dims';
import type { ModelConfig } from '../model-config';

/** A tensor that a model of this shape has, in Hugging Face naming and [out, in] layout. */
export interface ParameterSpec {
  readonly name: string;
  readonly dims: readonly number[];
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';
export const FINAL_NORM = 'model.norm.weight';
/** Rows of the head that judges: bad, good. Named as the head of a token classifier in transformers. */
export const VALUE_HEAD = 'score.weight';
export const VALUE_ROWS = 2;

/** The linear layers of a block, by the last part of their name; what LoRA may adapt. */
export const LINEAR_LAYERS = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const;
export type LinearLayer = (typeof LINEAR_LAYERS)[number];

export function layerPrefix(layer: number): string {
  return `model.layers.${layer}.`;
}

/** Name of the tensor that the output head multiplies with. */
export function headName(config: ModelConfig): string {
  return config.tieWordEmbeddings ? EMBEDDING : HEAD;
}

/** Full name and [out, in] of each linear layer of one block. */
export function listLinears(
  config: ModelConfig,
  layer: number,
): readonly (ParameterSpec & { readonly layer: LinearLayer })[] {
  const { hiddenSize: hidden, intermediateSize: inner } = config;
  const queries = config.numHeads * config.headDim;
  const keys = config.numKvHeads * config.headDim;
  const attention = `${layerPrefix(layer)}self_attn.`;
  const mlp = `${layerPrefix(layer)}mlp.`;
  return [
    { layer: 'q_proj', name: `${attention}q_proj.weight`, dims: [queries, hidden] },
    { layer: 'k_proj', name: `${attention}k_proj.weight`, dims: [keys, hidden] },
    { layer: 'v_proj', name: `${attention}v_proj.weight`, dims: [keys, hidden] },
    { layer: 'o_proj', name: `${attention}o_proj.weight`, dims: [hidden, queries] },
    { layer: 'gate_proj', name: `${mlp}gate_proj.weight`, dims: [inner, hidden] },
    { layer: 'up_proj', name: `${mlp}up_proj.weight`, dims: [inner, hidden] },
    { layer: 'down_proj', name: `${mlp}down_proj.weight`, dims: [hidden, inner] },
  ];
}

/** Every tensor of the model, embedding first. A tied head is not listed. */
export function listParameters(config: ModelConfig): readonly ParameterSpec[] {
  const { hiddenSize: hidden, vocabSize: rows } = config;
  const specs: ParameterSpec[] = [{ name: EMBEDDING, dims: [rows, hidden] }];
  for (let layer = 0; layer < config.numLayers; layer++) {
    const prefix = layerPrefix(layer);
    specs.push({ name: `${prefix}input_layernorm.weight`, dims: [hidden] });
    for (const { layer: kind, name, dims } of listLinears(config, layer)) {
      specs.push({ name, dims });
      if (config.qkvBias && (kind === 'q_proj' || kind === 'k_proj' || kind === 'v_proj')) {
        specs.push({ name: name.replace(/weight$/, 'bias'), dims: dims.slice(0, 1) });
      }
    }
    if (config.qkNorm) {
      specs.push({ name: `${prefix}self_attn.q_norm.weight`, dims: [config.headDim] });
      specs.push({ name: `${prefix}self_attn.k_norm.weight`, dims: [config.headDim] });
    }
    specs.push({ name: `${prefix}post_attention_layernorm.weight`, dims: [hidden] });
  }
  specs.push({ name: FINAL_NORM, dims: [hidden] });
  if (!config.tieWordEmbeddings) specs.push({ name: HEAD, dims: [rows, hidden] });
  if (config.hasValueHead) specs.push({ name: VALUE_HEAD, dims: [VALUE_ROWS, hidden] });
  return specs;
}

/** Numbers that a model consists of. */
export function countParameters(config: ModelConfig): number {
  return listParameters(config).reduce((sum, { dims }) => sum + sizeOf(dims), 0);
}
