import { rotateRow, rotationBlock } from './rotation';

/** Steps from zero to the largest value of a symmetric grid of 8 bits. */
export const INT8_STEPS = 127;

/** A matrix, its rows rotated (`rotateRow`), on a grid of 8 bits for each row; twice: as it is and turned, since products want either. */
export interface Int8Matrix {
  /** [rows, columns] */
  readonly values: Int8Array;
  /** [columns, rows] */
  readonly turned: Int8Array;
  /** [rows] size of one step. */
  readonly scales: Float32Array;
}

/** Fast rounding over memory of its own; the engine has one in WebAssembly, `referenceInt8Quantiser` is the plain one. */
export interface Int8Quantiser {
  /** Memory for matrices of these sizes that the quantiser can write to. */
  allocate(shapes: readonly (readonly [rows: number, columns: number])[]): readonly Int8Matrix[];
  /** Rotates each row of `from` [rows, columns] and puts it on the grid that its largest element allows. A row of zeros gets the scale 0. */
  quantise(from: Float32Array, into: Int8Matrix): void;
}

/** @param steps largest value of the grid: 127, or less where a processor's products would overflow */
export const referenceInt8Quantiser = (steps = INT8_STEPS): Int8Quantiser => ({
  allocate: (shapes) =>
    shapes.map(([rows, columns]) => ({
      values: new Int8Array(rows * columns),
      turned: new Int8Array(rows * columns),
      scales: new Float32Array(rows),
    })),
  quantise: (from, { values, turned, scales }) => {
    const rows = scales.length;
    const columns = from.length / rows;
    for (let row = 0; row < rows; row++) {
      const rotated = rotateRow(from.subarray(row * columns, (row + 1) * columns), rotationBlock(columns));
      const peak = rotated.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      scales[row] = peak / steps;
      const perStep = peak === 0 ? 0 : Math.fround(steps / peak);
      for (let column = 0; column < columns; column++) {
        const value = roundHalfEven(Math.fround(rotated[column]! * perStep));
        values[row * columns + column] = value;
        turned[column * rows + row] = value;
      }
    }
  },
});

/** To the nearest whole number, halves to the even one, as IEEE 754 and ONNX do. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
