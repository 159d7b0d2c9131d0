import { ShapeError } from '../errors';
import type { AdamWKernel } from '../optim/adamw';
import { sizeOf } from '../tensor/dims';
import { isEmbedding } from './decay-groups';
import {
  MOMENT_KINDS,
  momentKindOf,
  type MomentKindName,
  type Moments,
  type MomentShape,
  type StateValues,
} from './moments';

/** A named tensor of the trainer's state; `data` is a view where it can be, so write it out before the next step. */
export interface StateTensor<Values extends StateValues = StateValues> {
  readonly name: string;
  readonly dims: readonly number[];
  readonly data: Values;
}

/** What is kept in memory of every weight that learns, beside the weight and its gradient. */
export interface LearningMemory {
  readonly moments: MomentKindName;
  /** A running average of the weights. */
  readonly average: boolean;
}

/** One tensor that learns: its values, the gradient gathered so far and the optimiser's moments. */
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
  readonly moments: Moments;
  /** As long as the weights, or empty where no average is kept. */
  readonly average: Float32Array;
  /** First row of the tensor that the run holds, and elements of a row; for rates that differ by row. */
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

/** Arrays of one tensor: gradient, average, and up to four of the moments. */
const ARRAYS = 6;

/** Allocates gradients, moments and averages for the tensors that learn; averages begin as the weights. */
export function allocateLearning(
  kernel: AdamWKernel,
  specs: readonly LearningSpec[],
  kept: LearningMemory,
): readonly LearningTensor[] {
  const memory = kernel.allocate(
    specs.flatMap((spec) => wordsOf(spec, kept)),
    ARRAYS,
  );
  return specs.map((spec, index) => {
    const [gradient, average, ...others] = memory.slice(ARRAYS * index, ARRAYS * (index + 1));
    if (!gradient || !average) throw new ShapeError('The optimiser gave too little memory.');
    const shape = shapeOf(spec);
    const moments = MOMENT_KINDS[momentKindOf(kept.moments, shape)].open(shape, others);
    const { width } = shape;
    const cut = (fromRow: number, valueRow: number, rows: number): LearningRun => {
      const weight = spec.values.subarray(valueRow * width, (valueRow + rows) * width);
      const own = average.subarray(fromRow * width, (fromRow + rows) * width);
      if (kept.average) own.set(weight);
      return {
        weight,
        gradient: gradient.subarray(fromRow * width, (fromRow + rows) * width),
        moments: moments.rows(fromRow, fromRow + rows),
        average: own,
        firstRow: valueRow,
        width,
      };
    };
    const runs = spec.rowIds
      ? neighbours(spec.rowIds).map(({ at, id, count }) => cut(at, id, count))
      : [cut(0, 0, shape.rows)];
    return { name: spec.name, gradientDims: spec.dims, gradient, runs, isMatrix: spec.dims.length === 2 };
  });
}

/**
 * Bytes that tensors take while they learn, beside their values: gradient, moments, average. Exact but for the memory's alignment.
 * @see listLearning for the tensors of a plan
 */
export function learningBytes(specs: readonly Pick<LearningSpec, 'name' | 'dims'>[], kept: LearningMemory): number {
  return specs.reduce((total, spec) => total + 4 * wordsOf(spec, kept).reduce((sum, words) => sum + words, 0), 0);
}

/** Lengths of a tensor's arrays in units of 4 bytes, `ARRAYS` of them. */
function wordsOf(spec: Pick<LearningSpec, 'name' | 'dims'>, kept: LearningMemory): readonly number[] {
  const [size, shape] = [sizeOf(spec.dims), shapeOf(spec)];
  const moments = MOMENT_KINDS[momentKindOf(kept.moments, shape)].words(shape);
  return [size, kept.average ? size : 0, ...moments, ...Array.from({ length: ARRAYS - 2 - moments.length }, () => 0)];
}

/** Embeddings learn row by row; any other tensor is one long row. */
function shapeOf({ name, dims }: Pick<LearningSpec, 'name' | 'dims'>): MomentShape {
  const [rows = 1, width = 1] = dims;
  return isEmbedding(name) ? { rows, width } : { rows: 1, width: sizeOf(dims) };
}

/** Every array of a run that a saved state holds, by name. */
function partsOf({ weight, moments, average }: LearningRun): Readonly<Record<string, StateValues>> {
  return { weight, ...moments.parts, ...(average.length > 0 && { average }) };
}

/** The state of a tensor, under `part/name`; views where the tensor is one run. */
export function saveLearning({ name, runs, gradientDims }: LearningTensor): readonly StateTensor[] {
  const [, ...rest] = gradientDims;
  const [first] = runs;
  return Object.keys(first ? partsOf(first) : {}).map((part) => {
    const data = join(runs.map((run) => partsOf(run)[part] ?? new Float32Array(0)));
    const dims = part.startsWith('scales') ? [data.length] : [data.length / sizeOf(rest), ...rest];
    return { name: `${part}/${name}`, dims, data };
  });
}

/** Fills `targets`, one behind the other, with the saved array of a name. @throws {ShapeError} */
export type ReadState = (name: string, targets: readonly StateValues[]) => void;

/** The reverse of `saveLearning`. @throws {ShapeError} when an array is missing, or of another length or kind */
export function restoreLearning({ name, runs }: LearningTensor, read: ReadState): void {
  for (const part of Object.keys(runs[0] ? partsOf(runs[0]) : {})) {
    read(
      `${part}/${name}`,
      runs.map((run) => partsOf(run)[part] ?? new Float32Array(0)),
    );
  }
}

/** Reads from arrays in memory. */
export function readFrom(tensors: readonly StateTensor[]): ReadState {
  const saved = new Map(tensors.map(({ name, data }) => [name, data]));
  return (name, targets) => {
    const from = saved.get(name);
    if (!from || targets.some((values) => values.constructor !== from.constructor)) throw misfit(name, targets, 0);
    if (from.length !== lengthOf(targets)) throw misfit(name, targets, from.length);
    let offset = 0;
    for (const values of targets) {
      values.set(from.subarray(offset, offset + values.length));
      offset += values.length;
    }
  };
}

/** An array that is not of the length or kind that a state needs; 0 came when there is none of this kind. */
export function misfit(name: string, targets: readonly StateValues[], came: number): ShapeError {
  return new ShapeError(`"${name}" has ${lengthOf(targets)} values, ${came} of this kind came.`);
}

function lengthOf(targets: readonly StateValues[]): number {
  return targets.reduce((total, values) => total + values.length, 0);
}

function join(pieces: readonly StateValues[]): StateValues {
  const [first, ...others] = pieces;
  if (!first || others.length === 0) return first ?? new Float32Array(0);
  const length = pieces.reduce((total, values) => total + values.length, 0);
  const out =
    first instanceof Float32Array
      ? new Float32Array(length)
      : first instanceof Int8Array
        ? new Int8Array(length)
        : new Uint8Array(length);
  let offset = 0;
  for (const values of pieces) {
    out.set(values, offset);
    offset += values.length;
  }
  return out;
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
