import { ShapeError } from '../errors';
import { blocksOf } from '../optim/adamw-int8';
import type { AdamWKernel, AdamWUpdate } from '../optim/adamw';

/** Float32 numbers, or the codes of 8-bit moments. */
export type StateValues = Float32Array | Int8Array | Uint8Array;

/** What AdamW remembers of a run of weights. */
export interface Moments {
  /** The arrays to save, by name. */
  readonly parts: Readonly<Record<string, StateValues>>;
  /** Those of rows `from` to `to`; views. */
  rows(from: number, to: number): Moments;
  /**
   * One step in place.
   * @param seed of what is rounded by lot; row r takes `seed + r`
   */
  step(kernel: AdamWKernel, run: WeightRun, update: AdamWUpdate, seed: number): void;
}

interface WeightRun {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
}

/** Rows that may learn at rates of their own, each of `width` elements; one long row where all learn alike. */
export interface MomentShape {
  readonly rows: number;
  readonly width: number;
}

export interface MomentKind {
  /** Lengths of its arrays, in units of 4 bytes. */
  words(shape: MomentShape): readonly number[];
  /** @param memory arrays of those lengths, zeroed */
  open(shape: MomentShape, memory: readonly Float32Array[]): Moments;
}

/** How moments can be kept. */
export const MOMENT_KINDS = {
  float32: {
    words: ({ rows, width }) => [rows * width, rows * width],
    open: (shape, memory) => openFloat32(shape, required(memory, 0), required(memory, 1)),
  },
  int8: {
    words: ({ rows, width }) => {
      const [codes, scales] = [Math.ceil((rows * width) / 4), rows * blocksOf(width)];
      return [codes, codes, scales, scales];
    },
    open: ({ rows, width }, memory) => {
      const [first, second] = [required(memory, 0), required(memory, 1)];
      return openInt8(width, {
        firstMoment: new Int8Array(first.buffer, first.byteOffset, rows * width),
        secondMoment: new Uint8Array(second.buffer, second.byteOffset, rows * width),
        firstScales: required(memory, 2),
        secondScales: required(memory, 3),
      });
    },
  },
} satisfies Readonly<Record<string, MomentKind>>;

export type MomentKindName = keyof typeof MOMENT_KINDS;

/** The kinds as the settings offer them. */
export const MOMENT_CHOICES = ['float32', 'int8'] as const satisfies readonly MomentKindName[];

/** Smaller tensors keep their moments in float32, as bitsandbytes does: there is nothing to save, and norms are touchy. */
const LEAST_QUANTISED = 4096;

/** The kind that a tensor gets when `wanted` is set: bytes need rows of whole fours. */
export function momentKindOf(wanted: MomentKindName, { rows, width }: MomentShape): MomentKindName {
  return rows * width < LEAST_QUANTISED || width % 4 !== 0 ? 'float32' : wanted;
}

function openFloat32({ width }: Pick<MomentShape, 'width'>, first: Float32Array, second: Float32Array): Moments {
  const cut = (values: Float32Array, from: number, to: number) => values.subarray(from * width, to * width);
  return {
    parts: { moment1: first, moment2: second },
    rows: (from, to) => openFloat32({ width }, cut(first, from, to), cut(second, from, to)),
    step: (kernel, { weight, gradient }, update) =>
      kernel.update({ weight, gradient, firstMoment: first, secondMoment: second }, update),
  };
}

interface ByteMoments {
  readonly firstMoment: Int8Array;
  readonly secondMoment: Uint8Array;
  readonly firstScales: Float32Array;
  readonly secondScales: Float32Array;
}

function openInt8(width: number, own: ByteMoments): Moments {
  const blocks = blocksOf(width);
  return {
    parts: {
      moment1: own.firstMoment,
      moment2: own.secondMoment,
      scales1: own.firstScales,
      scales2: own.secondScales,
    },
    rows: (from, to) =>
      openInt8(width, {
        firstMoment: own.firstMoment.subarray(from * width, to * width),
        secondMoment: own.secondMoment.subarray(from * width, to * width),
        firstScales: own.firstScales.subarray(from * blocks, to * blocks),
        secondScales: own.secondScales.subarray(from * blocks, to * blocks),
      }),
    step: (kernel, { weight, gradient }, update, seed) =>
      kernel.updateQuantised({ weight, gradient, ...own }, { ...update, rowLength: width, seed }),
  };
}

function required(memory: readonly Float32Array[], index: number): Float32Array {
  const values = memory[index];
  if (!values) throw new ShapeError('The optimiser gave too little memory.');
  return values;
}
