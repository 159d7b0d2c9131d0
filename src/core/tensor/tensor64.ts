import { ShapeError } from '../errors';
import { sizeOf } from './dims';

/** A dense float64 tensor of the reference executor; whole numbers and truth values are numbers too. */
export interface Tensor64 {
  readonly dims: readonly number[];
  readonly data: Float64Array;
}

export function tensor64(dims: readonly number[], values: ArrayLike<number> | ((index: number) => number)): Tensor64 {
  const data = new Float64Array(sizeOf(dims));
  if (typeof values === 'function') data.forEach((_, index) => (data[index] = values(index)));
  else if (values.length === data.length) data.set(values);
  else throw new ShapeError(`${values.length} values do not fill [${dims.join(', ')}].`);
  return { dims, data };
}

/** Row-major steps of each axis. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = dims.map(() => 1);
  for (let axis = dims.length - 2; axis >= 0; axis--) strides[axis] = (strides[axis + 1] ?? 1) * (dims[axis + 1] ?? 1);
  return strides;
}

/** Calls `visit(outIndex, aIndex, bIndex)` for each element of the broadcast of two shapes. */
export function zipBroadcast(a: Tensor64, b: Tensor64, combine: (x: number, y: number) => number): Tensor64 {
  const rank = Math.max(a.dims.length, b.dims.length);
  const dims = Array.from({ length: rank }, (_, axis) => {
    const left = a.dims[axis - rank + a.dims.length] ?? 1;
    // Not the larger one: an axis may be empty.
    return left === 1 ? (b.dims[axis - rank + b.dims.length] ?? 1) : left;
  });
  const left = broadcastStrides(a.dims, dims);
  const right = broadcastStrides(b.dims, dims);
  return tensor64(dims, (index) =>
    combine(a.data[offsetOf(index, dims, left)]!, b.data[offsetOf(index, dims, right)]!),
  );
}

/** Sums over `axes`; the axes stay with size 1. */
export function sumAxes(x: Tensor64, axes: readonly number[]): Tensor64 {
  const dims = x.dims.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
  const steps = broadcastStrides(dims, x.dims);
  const out = tensor64(dims, () => 0);
  x.data.forEach((value, index) => (out.data[offsetOf(index, x.dims, steps)]! += value));
  return out;
}

export function permute(x: Tensor64, order: readonly number[]): Tensor64 {
  const strides = stridesOf(x.dims);
  const dims = order.map((axis) => x.dims[axis] ?? 1);
  const steps = order.map((axis) => strides[axis] ?? 1);
  return tensor64(dims, (index) => x.data[offsetOf(index, dims, steps)]!);
}

/** Batched product over the last two axes; batch axes are equal. */
export function matmul64(a: Tensor64, b: Tensor64, transA: boolean, transB: boolean, alpha: number): Tensor64 {
  const swapLast = (x: Tensor64) =>
    permute(
      x,
      [...x.dims.keys()].map((axis) => (axis < x.dims.length - 2 ? axis : 2 * x.dims.length - 3 - axis)),
    );
  const left = transA ? swapLast(a) : a;
  const right = transB ? swapLast(b) : b;
  const [rows = 1, inner = 1] = left.dims.slice(-2);
  const columns = right.dims.at(-1) ?? 1;
  const out = tensor64([...left.dims.slice(0, -1), columns], () => 0);
  const batches = sizeOf(left.dims.slice(0, -2));
  for (let batch = 0; batch < batches; batch++) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let total = 0;
        for (let at = 0; at < inner; at++)
          total += left.data[(batch * rows + row) * inner + at]! * right.data[(batch * inner + at) * columns + column]!;
        out.data[(batch * rows + row) * columns + column] = alpha * total;
      }
    }
  }
  return out;
}

/** Applies `change` to each run of the last axis. */
export function mapRows(x: Tensor64, change: (row: Float64Array) => ArrayLike<number>): Tensor64 {
  const width = x.dims.at(-1) ?? 1;
  const out = tensor64(x.dims, () => 0);
  for (let start = 0; start < x.data.length; start += width)
    out.data.set(change(x.data.subarray(start, start + width)), start);
  return out;
}

function broadcastStrides(from: readonly number[], to: readonly number[]): number[] {
  const strides = stridesOf(from);
  return to.map((_, axis) => {
    const own = axis - to.length + from.length;
    return own < 0 || from[own] === 1 ? 0 : (strides[own] ?? 0);
  });
}

function offsetOf(index: number, dims: readonly number[], strides: readonly number[]): number {
  let rest = index;
  let offset = 0;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const size = dims[axis]!;
    offset += (rest % size) * strides[axis]!;
    rest = Math.floor(rest / size);
  }
  return offset;
}
