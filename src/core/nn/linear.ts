import { add, multiply } from '../ops/elementwise';
import { loraLinear, matmul } from '../ops/linear-algebra';
import type { Program, Var } from '../ops/program';
import type { AdapterInputs, WeightInputs } from './weights';

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
  const product = adapter ? adaptedProduct(program, x, w, adapter) : program.apply(matmul({ transB: true }), x, w);
  return shape.bias ? program.apply(add, product, weights.weight(`${shape.name}.bias`, [shape.out])) : product;
}

/**
 * x·Wᵀ where W holds the adapter already. Dropout falls on the adapter's input alone, x·W₀ᵀ + s·drop(x)·Aᵀ·Bᵀ, which with W = W₀ + s·B·A is
 * x·Wᵀ + s·(drop(x) − x)·Aᵀ·Bᵀ: no second copy of W₀ is read, and without dropout nothing is added.
 */
function adaptedProduct(program: Program, x: Var, w: Var, { a, b, scaling, dropout }: AdapterInputs): Var {
  const product = program.apply(loraLinear(scaling), x, w, a, b);
  if (!dropout) return product;
  const change = program.apply(matmul({ transB: true }), program.apply(multiply, x, dropout(x)), a);
  return program.apply(add, product, program.apply(matmul({ transB: true, alpha: scaling }), change, b));
}
