import { ShapeError } from '../errors';
import type { Value } from '../graph/graph';
import { showDims } from '../tensor/dims';
import { INT8_STEPS, roundHalfEven } from '../tensor/int8';
import { mapRows, matmul64, zipBroadcast } from '../tensor/tensor64';
import { productOnto } from './linear-algebra';
import { operand } from './operand';
import type { EmitContext, Op } from './program';

/** Zero of the rows that are made unsigned: the fast kernel takes uint8 · int8. */
const UNSIGNED_ZERO = 128;
/** A row of zeros, such as the gradient of a masked token, must not divide by zero. */
const SMALLEST_PEAK = 1e-30;

/**
 * x · (q ∘ scales) with both factors on a grid of 8 bits: q [K, M] is given as int8, each row of x [N, K] is put on a grid of its own, as fine
 * as its largest element allows, so that a token with outliers does not ruin the others. No gradient.
 * @param scaled which axis of q the scales belong to: its columns [M], or the inner axis [K], where they go to x before it is rounded
 * @see Wortsman et al. 2023, arXiv:2304.13013, section 2 (SwitchBack)
 */
export function int8Matmul(scaled: 'columns' | 'inner'): Op {
  return {
    name: `int8Matmul(${scaled})`,
    infer: (inputs) => {
      const [x, q, scales] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
      const [inner, columns] = q.dims;
      if (x.dims.length !== 2 || x.dims[1] !== inner || scales.dims[0] !== (scaled === 'columns' ? columns : inner))
        throw new ShapeError(
          `int8Matmul: ${showDims(x.dims)}, ${showDims(q.dims)} and scales ${showDims(scales.dims)} do not fit.`,
        );
      return [{ dims: [x.dims[0] ?? 1, columns ?? 1], dtype: 'float32' }];
    },
    emit: (context, inputs, outputs) => {
      const [x, q, scales] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
      const { dims } = operand(outputs, 0);
      const { graph } = context;
      const folded = scaled === 'inner' ? graph.single('Mul', [x, scales], x.dims) : x;
      const steps = emitRowSteps(context, folded);
      const ofColumns = scaled === 'columns' ? scales : graph.float(1);
      const product =
        context.target === 'cpu'
          ? graph.single(
              'MatMulIntegerToFloat',
              [emitUnsigned(context, folded, steps), q, graph.float(1), ofColumns, graph.uint8(UNSIGNED_ZERO)],
              dims,
              { domain: 'com.microsoft', dtype: 'float32' },
            )
          : graph.single('Mul', [emitFloatProduct(context, folded, steps, q, dims), ofColumns], dims);
      return [graph.single('Mul', [product, steps], dims)];
    },
    evaluate: (inputs) => {
      const [x, q, scales] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
      const times = (a: number, b: number) => a * b;
      const rounded = mapRows(scaled === 'inner' ? zipBroadcast(x, scales, times) : x, roundRow);
      const product = matmul64(rounded, q, false, false, 1);
      return [scaled === 'columns' ? zipBroadcast(product, scales, times) : product];
    },
  };
}

/**
 * x·Wᵀ whose product, and that of the gradient by x, run in 8 bits; the gradient by W is a float product of what came in. The gradient is
 * straight-through: that of x·Wᵀ, as if nothing had been rounded. Both factors of the product are rotated, which leaves it as it is and gives
 * their grids a finer step: x by `rotate`, to which its gradient goes, W by whoever makes the grid.
 *
 * Shapes: rotated x [N, in]; W [out, in] (not read: it only receives the gradient); rotated W on an `Int8Matrix`'s grid twice, as it is
 * [out, in] and turned [in, out], int8; scales [out]; x itself [N, in], for the gradient by W alone.
 */
export const int8Linear: Op = {
  name: 'int8Linear',
  infer: (inputs) => int8Matmul('columns').infer(forwardOperands(inputs)),
  emit: (context, inputs, outputs) => int8Matmul('columns').emit(context, forwardOperands(inputs), outputs),
  evaluate: (inputs, bindings) => int8Matmul('columns').evaluate(forwardOperands(inputs), bindings),
  vjp: (context) => {
    const { program, inputs, gradients } = context;
    const [rotated, w, q, scales, x, g] = [
      operand(inputs, 0),
      operand(inputs, 1),
      operand(inputs, 2),
      operand(inputs, 4),
      operand(inputs, 5),
      operand(gradients, 0),
    ];
    return [
      rotated.requiresGrad ? program.apply(int8Matmul('inner'), g, q, scales) : null,
      w.requiresGrad ? productOnto(context, 1, { transA: true }, g, x) : null,
      null,
      null,
      null,
      null,
    ];
  },
};

function forwardOperands<T>(inputs: readonly T[]): readonly T[] {
  return [operand(inputs, 0), operand(inputs, 3), operand(inputs, 4)];
}

/** One step of each row's grid: [N, 1]. */
function emitRowSteps({ graph }: EmitContext, x: Value): Value {
  const dims = [x.dims[0] ?? 1, 1];
  const peakOf = (opType: string) => graph.single(opType, [x, graph.int64([1])], dims, { attributes: { keepdims: 1 } });
  const lowest = graph.single('Neg', [peakOf('ReduceMin')], dims);
  const peak = graph.single('Max', [peakOf('ReduceMax'), lowest, graph.float(SMALLEST_PEAK)], dims);
  return graph.single('Mul', [peak, graph.float(1 / INT8_STEPS)], dims);
}

/** In two nodes: one step for all is put on the grid by many threads, a step for each row by one. */
function emitUnsigned({ graph }: EmitContext, x: Value, steps: Value): Value {
  const even = graph.single('Div', [x, steps], x.dims);
  return graph.single('QuantizeLinear', [even, graph.float(1), graph.uint8(UNSIGNED_ZERO)], x.dims, { dtype: 'uint8' });
}

/** The same numbers by a float product, for devices without one of integers. */
function emitFloatProduct({ graph }: EmitContext, x: Value, steps: Value, q: Value, dims: Value['dims']): Value {
  const rounded = graph.single('Round', [graph.single('Div', [x, steps], x.dims)], x.dims);
  const asFloats = graph.single('Cast', [q], q.dims, { dtype: 'float32', attributes: { to: 1 } });
  return graph.single('Gemm', [rounded, asFloats], dims);
}

function roundRow(row: Float64Array): Float64Array {
  const peak = row.reduce((top, value) => Math.max(top, Math.abs(value)), SMALLEST_PEAK);
  const step = peak / INT8_STEPS;
  return row.map((value) => roundHalfEven(value / step) * step);
}
