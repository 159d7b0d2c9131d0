import { ShapeError } from '../errors';
import type { Value } from '../graph/graph';
import { equalDims, showDims, type Dims } from '../tensor/dims';
import { matmul64, zipBroadcast } from '../tensor/tensor64';
import { operand } from './operand';
import type { EmitContext, Op, Var, VjpContext } from './program';

export interface MatmulOptions {
  /** Use the transpose of the last two axes. */
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** Factor of the product. */
  readonly alpha?: number;
}

/**
 * alpha · A·B over the last two axes; batch axes are equal. Two-dimensional products become Gemm, the fastest kernel, which also adds a third
 * operand of the result's shape where one is given.
 */
export function matmul({ transA = false, transB = false, alpha = 1 }: MatmulOptions = {}): Op {
  return {
    name: `matmul${transA ? 'T' : ''}${transB ? 'T' : ''}`,
    infer: (inputs) => {
      const [a, b] = [operand(inputs, 0), operand(inputs, 1)];
      const [rows, innerA] = transA ? swapped(a.dims) : lastTwo(a.dims);
      const [innerB, columns] = transB ? swapped(b.dims) : lastTwo(b.dims);
      if (innerA !== innerB || !equalDims(a.dims.slice(0, -2), b.dims.slice(0, -2))) {
        throw new ShapeError(
          `matmul: ${showDims(a.dims)}${transA ? 'ᵀ' : ''} and ${showDims(b.dims)}${transB ? 'ᵀ' : ''} do not fit.`,
        );
      }
      return [{ dims: [...a.dims.slice(0, -2), rows, columns], dtype: 'float32' }];
    },
    emit: (context, inputs, outputs) => [
      emitMatmul(context, inputs, operand(outputs, 0).dims, { transA, transB, alpha }),
    ],
    evaluate: (inputs) => {
      const product = matmul64(operand(inputs, 0), operand(inputs, 1), transA, transB, alpha);
      const addend = inputs[2];
      return [addend ? zipBroadcast(product, addend, (x, y) => x + y) : product];
    },
    vjp: (context) => {
      const { inputs, gradients } = context;
      const [a, b, g] = [operand(inputs, 0), operand(inputs, 1), operand(gradients, 0)];
      const toA = () =>
        transA
          ? productOnto(context, 0, { transA: transB, transB: true, alpha }, b, g)
          : productOnto(context, 0, { transB: !transB, alpha }, g, b);
      const toB = () =>
        transB
          ? productOnto(context, 1, { transA: true, transB: transA, alpha }, g, a)
          : productOnto(context, 1, { transA: !transA, alpha }, a, g);
      return [a.requiresGrad ? toA() : null, b.requiresGrad ? toB() : null, ...(inputs[2] ? [g] : [])];
    },
  };
}

/** A product of matrices as the gradient of an operand, on top of what has been gathered for it: one pass over memory less than adding it. */
export function productOnto(
  { program, inputs, takePartial }: VjpContext,
  index: number,
  options: MatmulOptions,
  a: Var,
  b: Var,
): Var {
  const partial = operand(inputs, index).dims.length === 2 ? takePartial(index) : null;
  return program.apply(matmul(options), a, b, ...(partial ? [partial] : []));
}

/**
 * x·Wᵀ where W already holds W₀ + s·B·A (LoRA, Hu et al. 2021, arXiv:2106.09685), so that the forward pass costs nothing extra and the
 * generator sees the adapted weights. Only the gradients know of the adapter: by A s·(g·B)ᵀ·x, by B s·gᵀ·(x·Aᵀ).
 *
 * Shapes: x [N, in], W [out, in], A [r, in], B [out, r].
 */
export function loraLinear(scaling: number): Op {
  const product = matmul({ transB: true });
  return {
    name: 'loraLinear',
    infer: (inputs) => {
      const [w, a, b] = [operand(inputs, 1), operand(inputs, 2), operand(inputs, 3)];
      if (a.dims[1] !== w.dims[1] || b.dims[0] !== w.dims[0] || a.dims[0] !== b.dims[1]) {
        throw new ShapeError(
          `loraLinear: A ${showDims(a.dims)} and B ${showDims(b.dims)} do not fit the weight ${showDims(w.dims)}.`,
        );
      }
      return product.infer(inputs);
    },
    emit: (context, inputs, outputs) => product.emit(context, inputs.slice(0, 2), outputs),
    evaluate: (inputs, bindings) => product.evaluate(inputs.slice(0, 2), bindings),
    vjp: (context) => {
      const { program, inputs, gradients } = context;
      const [x, w, a, b, g] = [
        operand(inputs, 0),
        operand(inputs, 1),
        operand(inputs, 2),
        operand(inputs, 3),
        operand(gradients, 0),
      ];
      const narrow = program.apply(matmul({ transB: true }), x, a);
      return [
        x.requiresGrad ? productOnto(context, 0, {}, g, w) : null,
        null,
        productOnto(context, 2, { transA: true, alpha: scaling }, program.apply(matmul(), g, b), x),
        productOnto(context, 3, { transA: true, alpha: scaling }, g, narrow),
      ];
    },
  };
}

function emitMatmul(
  context: EmitContext,
  inputs: readonly Value[],
  dims: Dims,
  options: Required<MatmulOptions>,
): Value {
  const { graph, target } = context;
  const { transA, transB, alpha } = options;
  const [a, b, addend] = [operand(inputs, 0), operand(inputs, 1), inputs[2]];
  // The addend may share memory with the result, which a device forbids within one kernel unless it is an element-wise one.
  if (addend && (target !== 'cpu' || a.dims.length > 2))
    return graph.single('Add', [addend, emitMatmul(context, [a, b], dims, options)], dims);
  if (a.dims.length === 2) {
    return graph.single('Gemm', addend ? [a, b, addend] : [a, b], dims, {
      attributes: { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } },
    });
  }
  if (target === 'cpu') {
    const attributes = { transA: Number(transA), transB: Number(transB), alpha: { float: alpha } };
    return graph.single('FusedMatMul', [a, b], dims, { domain: 'com.microsoft', attributes });
  }
  // WebGPU has no FusedMatMul; it would fall back to the CPU.
  const turn = (value: Value) => {
    const order = value.dims.map((_, axis) => (axis < value.dims.length - 2 ? axis : 2 * value.dims.length - 3 - axis));
    return graph.single('Transpose', [value], [...value.dims.slice(0, -2), ...swapped(value.dims)], {
      attributes: { perm: order },
    });
  };
  const product = graph.single('MatMul', [transA ? turn(a) : a, transB ? turn(b) : b], dims);
  return alpha === 1 ? product : graph.single('Mul', [product, graph.float(alpha)], dims);
}

function lastTwo(dims: Dims): Dims & [Dims[number], Dims[number]] {
  const [rows, columns] = dims.slice(-2);
  if (rows === undefined || columns === undefined) throw new ShapeError(`matmul: ${showDims(dims)} is no matrix.`);
  return [rows, columns];
}

function swapped(dims: Dims): Dims & [Dims[number], Dims[number]] {
  const [rows, columns] = lastTwo(dims);
  return [columns, rows];
}
