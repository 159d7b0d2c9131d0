import { add } from '../ops/elementwise';
import { loraLinear, matmul } from '../ops/linear-algebra';
import type { Program, Var } from '../ops/program';
import type { WeightInputs } from './weights';

export interface LinearShape {
  /** Name without `.weight` or `.bias`. */
  readonly name: string;
  readonly out: number;
  readonly in: number;
  readonly bias?: boolean;
}

/** x·Wᵀ + b, with the LoRA pair where the weight has one. Shapes: x [N, in], result [N, out]. */
export function linear(program: Program, weights: WeightInputs, x: Var, shape: LinearShape): Var {
  const w = weights.weight(`${shape.name}.weight`, [shape.out, shape.in]);
  const adapter = weights.adapter(`${shape.name}.weight`);
  const product = adapter
    ? program.apply(loraLinear(adapter.scaling), x, w, adapter.a, adapter.b)
    : program.apply(matmul({ transB: true }), x, w);
  return shape.bias ? program.apply(add, product, weights.weight(`${shape.name}.bias`, [shape.out])) : product;
}
