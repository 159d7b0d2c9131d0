import type { Var } from '../ops/program';

/** Where a graph builder gets the model's tensors: named inputs, made on first use. */
export interface WeightInputs {
  /** A weight by its Hugging Face name; the same Var each time. */
  weight(name: string, dims: readonly number[]): Var;
  /** The LoRA pair of a weight matrix, or null when it is not adapted. */
  adapter(name: string): { readonly a: Var; readonly b: Var; readonly scaling: number } | null;
}
