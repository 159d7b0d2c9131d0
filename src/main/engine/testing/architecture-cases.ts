import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import { WeightStore } from '../weight-store';

/** Positions that a sliding window of the cases spans. */
export const WINDOW = 5;

/** The keys of config.json that all cases share; 31 rows, 3 layers, contexts of 64. */
const COMMON = {
  hidden_size: 32,
  num_hidden_layers: 3,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  intermediate_size: 20,
  vocab_size: 31,
  rms_norm_eps: 1e-5,
  rope_theta: 500,
  max_position_embeddings: 64,
};
const SLIDING = ['sliding_attention', 'full_attention', 'sliding_attention'];

/** At least one configuration of each family, as its config.json spells it. */
export const ARCHITECTURE_CASES: Readonly<Record<string, readonly object[]>> = {
  gemma: [
    { head_dim: 24, hidden_activation: 'gelu_pytorch_tanh' },
    { head_dim: 20, hidden_activation: 'gelu_pytorch_tanh' },
  ],
  llama: [
    { rope_scaling: { rope_type: 'linear', factor: 4 } },
    { head_dim: 20 },
    { head_dim: 6 },
    {
      tie_word_embeddings: true,
      rope_scaling: {
        rope_type: 'llama3',
        factor: 8,
        low_freq_factor: 1,
        high_freq_factor: 4,
        original_max_position_embeddings: 16,
      },
    },
  ],
  mistral: [
    { sliding_window: WINDOW },
    // Heads of 16 are turned inside onnxruntime's attention, others before it.
    { sliding_window: WINDOW, head_dim: 16 },
    { sliding_window: null },
    // Heads of no multiple of 8 are filled up with zeros.
    { sliding_window: WINDOW, head_dim: 12 },
  ],
  qwen2: [
    { tie_word_embeddings: true },
    { use_sliding_window: true, sliding_window: WINDOW, max_window_layers: 1, tie_word_embeddings: false },
    { hidden_size: 40, tie_word_embeddings: true },
  ],
  qwen3: [
    { head_dim: 24 },
    { head_dim: 12 },
    { head_dim: 20, use_sliding_window: true, sliding_window: WINDOW, max_window_layers: 0, layer_types: SLIDING },
    { head_dim: 16, use_sliding_window: true, sliding_window: WINDOW, max_window_layers: 0, layer_types: SLIDING },
  ],
};

/** Every case with its config.json, under a name that says what is special. */
export function listArchitectures(): readonly { readonly name: string; readonly json: object }[] {
  return Object.entries(ARCHITECTURE_CASES).flatMap(([architecture, cases]) =>
    cases.map((change) => ({
      name: `${architecture} ${JSON.stringify(change)}`,
      json: readable(architecture, change),
    })),
  );
}

/** config.json of a family, the shared keys changed. */
export function readable(architecture: string, change: object): object {
  return { model_type: architecture, ...COMMON, ...change };
}

/** Weights of everyday size, norms around what multiplies with 1. */
export function randomWeights(config: ModelConfig): WeightStore {
  const store = new WeightStore(listParameters(config));
  for (const { name, dims, data } of store.names.map((each) => store.get(each))) {
    const rng = createRng(5).fork(name);
    const centre = name.endsWith('norm.weight') ? 1 - config.normOffset : 0;
    for (let i = 0; i < data.length; i++) data[i] = centre + (dims.length === 1 ? 0.2 : 0.25) * rng.normal();
  }
  return store;
}
