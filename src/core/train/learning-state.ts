import { ShapeError } from '../errors';
import type { AdamWKernel } from '../optim/adamw';
import { sizeOf } from '../tensor/dims';

/** A named tensor of the trainer's state; `data` is a view where it can be, so write it out before the next step. */
export interface StateTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Float32Array;
}

/** One tensor that learns: its values, the gradient gathered so far and the optimiser's moments, all of one length. */
export interface LearningTensor {
  /** Name within the trainer, e.g. `model.norm.weight` or `….q_proj.weight#A`. */
  readonly name: string;
  /** Shape of the gradient in the graph; may have one waste row at the end. */
  readonly gradientDims: readonly number[];
  readonly gradient: Float32Array;
  /** Runs of parameters with their share of gradient and moments. One run, or one for each block of neighbouring rows. */
  readonly runs: readonly LearningRun[];
  /** Two-dimensional, so it belongs to the group `matrices` of weight decay. */
  readonly isMatrix: boolean;
}

export interface LearningRun {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
  /** First row of the tensor that the run holds, and rows per run; for rates that differ by row. */
  readonly firstRow: number;
  readonly width: number;
}

export interface LearningSpec {
  readonly name: string;
  readonly dims: readonly number[];
  /** Where the values live: all of `values`, or these rows of it. */
  readonly values: Float32Array;
  /** Ids of the rows that learn, in the order of the gradient's rows; the gradient then has one waste row more. */
  readonly rowIds?: readonly number[];
}

/** Allocates gradients and moments for the tensors that learn. */
export function allocateLearning(kernel: AdamWKernel, specs: readonly LearningSpec[]): readonly LearningTensor[] {
  const memory = kernel.allocate(
    specs.flatMap(({ dims }) => [sizeOf(dims), sizeOf(dims), sizeOf(dims)]),
    3,
  );
  return specs.map((spec, index) => {
    const [gradient, firstMoment, secondMoment] = memory.slice(3 * index, 3 * index + 3);
    if (!gradient || !firstMoment || !secondMoment) throw new ShapeError('The optimiser gave too little memory.');
    const width = spec.dims.length === 2 ? (spec.dims[1] ?? 1) : sizeOf(spec.dims);
    const cut = (fromRow: number, valueRow: number, rows: number): LearningRun => ({
      weight: spec.values.subarray(valueRow * width, (valueRow + rows) * width),
      gradient: gradient.subarray(fromRow * width, (fromRow + rows) * width),
      firstMoment: firstMoment.subarray(fromRow * width, (fromRow + rows) * width),
      secondMoment: secondMoment.subarray(fromRow * width, (fromRow + rows) * width),
      firstRow: valueRow,
      width,
    });
    const runs = spec.rowIds
      ? neighbours(spec.rowIds).map(({ at, id, count }) => cut(at, id, count))
      : [cut(0, 0, sizeOf(spec.dims) / width)];
    return { name: spec.name, gradientDims: spec.dims, gradient, runs, isMatrix: spec.dims.length === 2 };
  });
}

/** The values of a tensor that learns, as one array. */
export function readValues(tensor: LearningTensor, of: 'weight' | 'firstMoment' | 'secondMoment'): Float32Array {
  const out = new Float32Array(tensor.runs.reduce((total, run) => total + run.weight.length, 0));
  let offset = 0;
  for (const run of tensor.runs) {
    out.set(run[of], offset);
    offset += run[of].length;
  }
  return out;
}

/** The reverse of `readValues`. @throws {ShapeError} when the length differs */
export function writeValues(
  tensor: LearningTensor,
  of: 'weight' | 'firstMoment' | 'secondMoment',
  values: Float32Array,
): void {
  const expected = tensor.runs.reduce((total, run) => total + run.weight.length, 0);
  if (values.length !== expected)
    throw new ShapeError(`"${tensor.name}" has ${expected} values, ${values.length} came.`);
  let offset = 0;
  for (const run of tensor.runs) {
    run[of].set(values.subarray(offset, offset + run[of].length));
    offset += run[of].length;
  }
}

/** Splits a list of ids into runs of consecutive ones. */
function neighbours(ids: readonly number[]): { at: number; id: number; count: number }[] {
  const runs: { at: number; id: number; count: number }[] = [];
  ids.forEach((id, at) => {
    const last = runs.at(-1);
    if (last && last.id + last.count === id) last.count++;
    else runs.push({ at, id, count: 1 });
  });
  return runs;
}
