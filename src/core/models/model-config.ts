/** How positions are stretched beyond the trained context: all alike, or long waves alone as in Llama 3.1 (`rope_type: "llama3"`). */
export type RopeScaling =
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      readonly lowFreqFactor: number;
      readonly highFreqFactor: number;
      readonly originalMaxPositions: number;
    };

/** Layers in which a position sees the last `size` positions alone, itself included. */
export interface SlidingWindow {
  readonly size: number;
  /** For each layer, whether it is one of them. */
  readonly layers: readonly boolean[];
}

/** What the gate of an MLP goes through: x · sigmoid(x), or GELU with the tanh approximation. */
export type Activation = 'silu' | 'geluTanh';

/** A decoder-only model, whatever its family: read from config.json or GGUF metadata by `models/<architecture>/config.ts`. */
export interface ModelConfig {
  /** Row of `models/registry.ts`, e.g. `llama`, `qwen2`. */
  readonly architecture: string;
  readonly hiddenSize: number;
  readonly numLayers: number;
  readonly numHeads: number;
  readonly numKvHeads: number;
  readonly headDim: number;
  readonly intermediateSize: number;
  /** Rows of the embedding; at least the tokenizer's size. */
  readonly vocabSize: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling | null;
  readonly tieWordEmbeddings: boolean;
  /** Bias on q, k and v (Qwen2). */
  readonly qkvBias: boolean;
  /** RMS norm on each head of q and k (Qwen3). */
  readonly qkNorm: boolean;
  readonly activation: Activation;
  /** Added to the weights of the RMS norms: 1 where a family stores them around 0 (Gemma), else 0. */
  readonly normOffset: 0 | 1;
  /** Whether embeddings are multiplied by √hiddenSize (Gemma). */
  readonly scaledEmbeddings: boolean;
  /** Null where every position sees all before it, also where the window is as long as the context. */
  readonly slidingWindow: SlidingWindow | null;
  readonly maxPositions: number;
  /** Whether the model also judges steps: a second head beside the one that predicts tokens. Follows from its weights, not from config.json. */
  readonly hasValueHead?: boolean;
}

/** Positions that a position of this layer sees, itself included; null where it sees all before it. */
export function windowOf(config: Pick<ModelConfig, 'slidingWindow'>, layer: number): number | null {
  const { slidingWindow: window } = config;
  return window?.layers[layer] ? window.size : null;
}

/** One named tensor of a model, in Hugging Face naming and layout ([out, in]). */
export interface Parameter {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** The weights of a model in memory that trainer and generator share. */
export interface ParameterStore {
  readonly names: readonly string[];
  /** @throws WorkbenchError `parameter-missing` */
  get(name: string): Parameter;
  has(name: string): boolean;
  /** Raised by whoever writes to the weights; caches compare it. */
  readonly version: number;
  markChanged(): void;
}
