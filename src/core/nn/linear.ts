import { add, multiply } from '../ops/elementwise';
import { loraLinear, matmul } from '../ops/linear-algebra';
import type { Program, Var } from '../ops/program';
import { int8Linear } from '../ops/quantised';
import { rotate } from '../ops/rotate';
import type { AdapterInputs, Int8Weight, WeightInputs } from './weights';

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
  const quantised = weights.quantised(`${shape.name}.weight`);
  const product = quantised
    ? int8Product(program, x, w, quantised, adapter)
    : adapter
      ? adaptedProduct(program, x, w, adapter)
      : program.apply(matmul({ transB: true }), x, w);
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

/**
 * The product in 8 bits. The grid holds the base alone and the LoRA pair is added in float32: its early steps are smaller than a step of the
 * grid and would be rounded away.
 */
function int8Product(program: Program, x: Var, w: Var, quantised: Int8Weight, adapter: AdapterInputs | null): Var {
  const { values, turned, scales } = quantised;
  const base = program.apply(int8Linear, rotatedOnce(program, x), w, values, turned, scales, x);
  if (!adapter) return base;
  const { a, b, scaling, dropout } = adapter;
  const read = dropout ? program.apply(add, x, program.apply(multiply, x, dropout(x))) : x;
  const narrow = program.apply(matmul({ transB: true, alpha: scaling }), read, a);
  return program.apply(add, base, program.apply(matmul({ transB: true }), narrow, b));
}

/** What several layers read is rotated for all of them together, and so is the sum of their gradients. */
const ROTATED = new WeakMap<Var, Var>();

function rotatedOnce(program: Program, x: Var): Var {
  const rotated = ROTATED.get(x) ?? program.apply(rotate, x);
  ROTATED.set(x, rotated);
  return rotated;
}
