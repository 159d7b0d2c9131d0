/** How positions are stretched beyond the trained context; `llama3` as in Llama 3.1 (`rope_type: "llama3"`). */
export type RopeScaling = {
  readonly kind: 'llama3';
  readonly factor: number;
  readonly lowFreqFactor: number;
  readonly highFreqFactor: number;
  readonly originalMaxPositions: number;
};

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
  readonly maxPositions: number;
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
