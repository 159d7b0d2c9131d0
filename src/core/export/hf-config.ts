import type { JsonRecord } from '../formats/json';
import type { WritableDtype } from '../formats/safetensors';
import { describeRopeScaling } from '../models/decoder/rope';
import type { Activation, ModelConfig, SlidingWindow } from '../models/model-config';
import { findArchitecture } from '../models/registry';

const TORCH_NAMES: Readonly<Record<WritableDtype, string>> = { F32: 'float32', F16: 'float16', BF16: 'bfloat16' };

/** Keys that speak of how the original was stored and are wrong for weights written in full. */
const DROPPED = ['quantization_config', '_name_or_path', 'torch_dtype', 'dtype'];

/**
 * config.json for a model that was changed: what the workbench can change (number of rows, tying, dtype) is set, the rest is kept.
 * transformers 4 reads `torch_dtype`, 5 reads `dtype`; both are written.
 */
export function toHfConfig(rawConfig: JsonRecord, config: ModelConfig, dtype: WritableDtype): JsonRecord {
  const kept = Object.fromEntries(Object.entries(rawConfig).filter(([key]) => !DROPPED.includes(key)));
  const className = findArchitecture(config.architecture)?.className;
  return {
    ...kept,
    model_type: config.architecture,
    ...(className !== undefined && { architectures: [className] }),
    vocab_size: config.vocabSize,
    tie_word_embeddings: config.tieWordEmbeddings,
    dtype: TORCH_NAMES[dtype],
    torch_dtype: TORCH_NAMES[dtype],
  };
}

const ACTIVATION_NAMES: Readonly<Record<Activation, string>> = { silu: 'silu', geluTanh: 'gelu_pytorch_tanh' };

function describeWindow({ size, layers }: SlidingWindow): JsonRecord {
  return {
    sliding_window: size,
    use_sliding_window: true,
    layer_types: layers.map((isWindowed) => (isWindowed ? 'sliding_attention' : 'full_attention')),
  };
}

/** config.json from the numbers alone, for a model that never had one (GGUF, or made here). */
export function describeModelConfig(config: ModelConfig): JsonRecord {
  return {
    architectures: [findArchitecture(config.architecture)?.className ?? config.architecture],
    model_type: config.architecture,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numLayers,
    num_attention_heads: config.numHeads,
    num_key_value_heads: config.numKvHeads,
    head_dim: config.headDim,
    hidden_act: ACTIVATION_NAMES[config.activation],
    max_position_embeddings: config.maxPositions,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    rope_scaling: config.ropeScaling && describeRopeScaling(config.ropeScaling),
    ...(config.slidingWindow && describeWindow(config.slidingWindow)),
    // transformers' Llama has these switches; Qwen2 has its bias built in.
    ...(config.architecture === 'qwen2' ? {} : { attention_bias: false, mlp_bias: false }),
    tie_word_embeddings: config.tieWordEmbeddings,
    vocab_size: config.vocabSize,
  };
}
