import { ShapeError } from '../errors';
import { bindDim, divideDim, equalDims, multiplyDims, showDims, type Dim, type Dims } from '../tensor/dims';
import { permute, stridesOf, sumAxes, tensor64, zipBroadcast, type Tensor64 } from '../tensor/tensor64';
import { operand } from './operand';
import type { Op, Program, Var } from './program';

/** The same elements in row-major order under other axes. */
export function reshape(dims: Dims): Op {
  return {
    name: 'reshape',
    infer: (inputs) => {
      const x = operand(inputs, 0);
      if (multiplyDims(...x.dims) !== multiplyDims(...dims))
        throw new ShapeError(`reshape: ${showDims(x.dims)} does not hold as many elements as ${showDims(dims)}.`);
      return [{ dims, dtype: x.dtype }];
    },
    emit: (context, inputs) => [context.reshape(operand(inputs, 0), dims)],
    evaluate: (inputs, bindings) => [
      tensor64(
        dims.map((dim) => bindDim(dim, bindings)),
        operand(inputs, 0).data,
      ),
    ],
    vjp: ({ program, inputs, gradients }) => [program.apply(reshape(operand(inputs, 0).dims), operand(gradients, 0))],
  };
}

/** Axes in another order: output axis i is input axis `order[i]`. */
export function transpose(order: readonly number[]): Op {
  const inverse = order.map((_, axis) => order.indexOf(axis));
  return {
    name: 'transpose',
    infer: (inputs) => {
      const x = operand(inputs, 0);
      if (x.dims.length !== order.length)
        throw new ShapeError(`transpose: ${showDims(x.dims)} has not ${order.length} axes.`);
      return [{ dims: order.map((axis) => x.dims[axis] ?? 1), dtype: x.dtype }];
    },
    emit: ({ graph }, inputs, outputs) => [
      graph.single('Transpose', inputs, operand(outputs, 0).dims, { attributes: { perm: order } }),
    ],
    evaluate: (inputs) => [permute(operand(inputs, 0), order)],
    vjp: ({ program, gradients }) => [program.apply(transpose(inverse), operand(gradients, 0))],
  };
}

/** Sums over `axes`, which stay with size 1. */
export function sum(axes: readonly number[]): Op {
  return {
    name: 'sum',
    infer: (inputs) => {
      const x = operand(inputs, 0);
      return [{ dims: x.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim)), dtype: x.dtype }];
    },
    emit: ({ graph }, inputs, outputs) => [
      graph.single('ReduceSum', [operand(inputs, 0), graph.int64(axes)], operand(outputs, 0).dims, {
        attributes: { keepdims: 1 },
      }),
    ],
    evaluate: (inputs) => [sumAxes(operand(inputs, 0), axes)],
    vjp: ({ program, inputs, gradients }) => [program.apply(expand(operand(inputs, 0).dims), operand(gradients, 0))],
  };
}

/** Repeats axes of size 1 until the shape is `dims`. */
export function expand(dims: Dims): Op {
  return {
    name: 'expand',
    infer: (inputs) => [{ dims, dtype: operand(inputs, 0).dtype }],
    emit: (context, inputs) => {
      const x = operand(inputs, 0);
      if (equalDims(x.dims, dims)) return [x];
      const shape = context.graph.single(
        'Concat',
        dims.map((dim) => context.size(dim)),
        [dims.length],
        { attributes: { axis: 0 } },
      );
      return [context.graph.single('Expand', [x, shape], dims)];
    },
    evaluate: (inputs, bindings) => {
      const zeros = tensor64(
        dims.map((dim) => bindDim(dim, bindings)),
        () => 0,
      );
      return [zipBroadcast(operand(inputs, 0), zeros, (x) => x)];
    },
    vjp: ({ program, inputs, gradients }) => [reduceTo(program, operand(gradients, 0), operand(inputs, 0).dims)],
  };
}

/** Cuts an axis into `parts` runs of equal size; the last may be shorter, except on a symbolic axis. */
export function split(parts: number, axis = 0): Op {
  return {
    name: 'split',
    infer: (inputs) => {
      const { dims, dtype } = operand(inputs, 0);
      return Array.from({ length: parts }, (_, part) => ({
        dims: dims.with(axis, partSize(dims[axis] ?? 1, part, parts)),
        dtype,
      }));
    },
    emit: ({ graph }, inputs, outputs) =>
      parts === 1
        ? [operand(inputs, 0)]
        : graph.node('Split', inputs, { outputs, attributes: { axis, num_outputs: parts } }),
    evaluate: (inputs) => {
      const x = operand(inputs, 0);
      const rows = x.dims[axis] ?? 1;
      const size = Math.ceil(rows / parts);
      return Array.from({ length: parts }, (_, part) =>
        sliceAxis(x, axis, part * size, Math.min(rows, (part + 1) * size)),
      );
    },
    vjp: ({ program, inputs, gradients }) => {
      const shares = gradients.map((_, part) => operand(gradients, part));
      return [
        parts === 1 ? (shares[0] ?? null) : program.apply(concat(operand(inputs, 0).dims[axis] ?? 1, axis), ...shares),
      ];
    },
  };
}

/** Joins along an axis; `whole` is the size of the result. The inverse of `split`; its gradient wants parts of equal size. */
export function concat(whole: Dim, axis = 0): Op {
  return {
    name: 'concat',
    infer: (inputs) => {
      const { dims, dtype } = operand(inputs, 0);
      return [{ dims: dims.with(axis, whole), dtype }];
    },
    emit: ({ graph }, inputs, outputs) =>
      inputs.length === 1
        ? [operand(inputs, 0)]
        : [graph.single('Concat', inputs, operand(outputs, 0).dims, { attributes: { axis } })],
    evaluate: (inputs) => [joinAxis(inputs, axis)],
    vjp: ({ program, inputs, gradients }) => program.applyAll(split(inputs.length, axis), operand(gradients, 0)),
  };
}

/** Sums a gradient over the axes along which its operand was broadcast. */
export function reduceTo(program: Program, gradient: Var, dims: Dims): Var {
  if (equalDims(gradient.dims, dims)) return gradient;
  const lead = gradient.dims.length - dims.length;
  const axes = gradient.dims.flatMap((dim, axis) =>
    axis < lead || (dims[axis - lead] === 1 && dim !== 1) ? [axis] : [],
  );
  return program.apply(reshape(dims), program.apply(sum(axes), gradient));
}

function sliceAxis(x: Tensor64, axis: number, start: number, end: number): Tensor64 {
  const inner = stridesOf(x.dims)[axis] ?? 1;
  const rows = x.dims[axis] ?? 1;
  const size = (end - start) * inner;
  return tensor64(
    x.dims.with(axis, end - start),
    (index) => x.data[Math.floor(index / size) * rows * inner + start * inner + (index % size)]!,
  );
}

function joinAxis(parts: readonly Tensor64[], axis: number): Tensor64 {
  const rows = parts.reduce((total, part) => total + (part.dims[axis] ?? 1), 0);
  const dims = operand(parts, 0).dims.with(axis, rows);
  const inner = stridesOf(dims)[axis] ?? 1;
  const out = tensor64(dims, () => 0);
  let start = 0;
  for (const part of parts) {
    const size = (part.dims[axis] ?? 1) * inner;
    for (let outer = 0; size > 0 && outer * size < part.data.length; outer++)
      out.data.set(part.data.subarray(outer * size, (outer + 1) * size), outer * rows * inner + start);
    start += size;
  }
  return out;
}

function partSize(whole: Dim, part: number, parts: number): Dim {
  if (typeof whole === 'number') {
    const size = Math.ceil(whole / parts);
    return Math.max(0, Math.min(size, whole - part * size));
  }
  const size = divideDim(whole, parts);
  if (size === null) throw new ShapeError(`split: an axis of ${whole} cannot be cut into ${parts} parts.`);
  return size;
}
