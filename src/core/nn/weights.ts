import type { Var } from '../ops/program';

/** Where a graph builder gets the model's tensors: named inputs, made on first use. */
export interface WeightInputs {
  /** A weight by its Hugging Face name; the same Var each time. */
  weight(name: string, dims: readonly number[]): Var;
  /** The LoRA pair of a weight matrix, or null when it is not adapted. */
  adapter(name: string): AdapterInputs | null;
  /** A weight matrix on a grid of 8 bits, or null when its products are float ones. */
  quantised(name: string): Int8Weight | null;
  /** Where only some rows of an embedding learn: their tensor and the place of each id among them. */
  learningRows(name: string): LearningRows | null;
}

/** Shapes: A [r, in], B [out, r]. */
export interface AdapterInputs {
  readonly a: Var;
  readonly b: Var;
  /** Factor of B·A. */
  readonly scaling: number;
  /** What dropout adds to the adapter's input x [N, in], as factors of it: see `ops/dropout.ts`. Null without dropout. */
  readonly dropout: ((x: Var) => Var) | null;
}

/** Shapes: values [out, in] and turned [in, out], int8; scales [out]. */
export interface Int8Weight {
  readonly values: Var;
  readonly turned: Var;
  readonly scales: Var;
}

/** Shapes: rows [K + 1, D]; ids [K + 1] the vocabulary ids of the rows, then one for the waste row; indexOfIds [B, T] places, K for others. */
export interface LearningRows {
  readonly rows: Var;
  readonly ids: Var;
  readonly indexOfIds: Var;
}
