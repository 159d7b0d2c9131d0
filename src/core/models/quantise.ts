/** A weight matrix as Hugging Face stores it: [rows, columns] = [out, in]. */
export interface WeightMatrix {
  readonly data: Float32Array;
  readonly rows: number;
  readonly columns: number;
}

/** int8 weights for `DynamicQuantizeMatMul`: w ≈ scale[row] · value, one scale for each output. */
export interface Int8Weights {
  /** [in, rows]: turned, as the operator wants it. */
  readonly values: Int8Array;
  /** [rows] */
  readonly scales: Float32Array;
}

/** int4 weights for `MatMulNBits`: w ≈ scale · (value − zero) within blocks of `INT4_BLOCK` inputs. */
export interface Int4Weights {
  /** [rows, blocks, INT4_BLOCK / 2], two values a byte, the earlier one in the lower half. */
  readonly values: Uint8Array;
  /** [rows, blocks] */
  readonly scales: Float32Array;
  /** [rows, ⌈blocks / 2⌉], packed as the values. */
  readonly zeros: Uint8Array;
}

/** Largest magnitude of an int8 weight; half of it where the processor's product would overflow. */
export const INT8_LARGEST = 127;
export const INT4_BLOCK = 32;
const INT4_LARGEST = 15;

/** Blocks of one row; the last one is filled up with zeros. */
export function int4Blocks(columns: number): number {
  return Math.ceil(columns / INT4_BLOCK);
}

/** Makes decode weights of matrices that lie above each other, as one matrix. Memory of the result is used again by the next call. */
export interface Quantiser {
  /** @param largest magnitude of a value, at most `INT8_LARGEST` */
  int8(matrices: readonly WeightMatrix[], largest: number): Int8Weights;
  int4(matrices: readonly WeightMatrix[]): Int4Weights;
}

/**
 * The quantiser in plain TypeScript: what faster ones are checked against. Values are rounded half to even, as SIMD does.
 */
export const REFERENCE_QUANTISER: Quantiser = {
  int8(matrices, largest) {
    const rows = countRows(matrices);
    const columns = matrices[0]?.columns ?? 0;
    const weights: Int8Weights = { values: new Int8Array(rows * columns), scales: new Float32Array(rows) };
    let first = 0;
    for (const matrix of matrices) {
      quantiseRowsInt8(matrix, 0, first, rows, largest, weights);
      first += matrix.rows;
    }
    return weights;
  },
  int4(matrices) {
    const weights = allocateInt4(countRows(matrices), matrices[0]?.columns ?? 0);
    let first = 0;
    for (const matrix of matrices) {
      for (let row = 0; row < matrix.rows; row++) quantiseRowInt4(matrix, row, first + row, weights);
      first += matrix.rows;
    }
    return weights;
  },
};

export function countRows(matrices: readonly WeightMatrix[]): number {
  return matrices.reduce((sum, { rows }) => sum + rows, 0);
}

/**
 * Rows `from` … of a matrix become columns `first + from` … of the turned values.
 * @param allRows rows of all matrices: the distance between two inputs of one output
 */
export function quantiseRowsInt8(
  { data, rows, columns }: WeightMatrix,
  from: number,
  first: number,
  allRows: number,
  largest: number,
  { values, scales }: Int8Weights,
): void {
  for (let row = from; row < rows; row++) {
    const begin = row * columns;
    let most = 0;
    for (let i = 0; i < columns; i++) most = Math.max(most, Math.abs(data[begin + i]!));
    const scale = Math.fround(most / largest);
    const inverse = Math.fround(scale === 0 ? 0 : 1 / scale);
    scales[first + row] = scale;
    for (let i = 0; i < columns; i++)
      values[i * allRows + first + row] = roundHalfEven(Math.fround(data[begin + i]! * inverse));
  }
}

export function allocateInt4(rows: number, columns: number): Int4Weights {
  const blocks = int4Blocks(columns);
  return {
    values: new Uint8Array((rows * blocks * INT4_BLOCK) / 2),
    scales: new Float32Array(rows * blocks),
    zeros: new Uint8Array(rows * Math.ceil(blocks / 2)),
  };
}

/** One row of a matrix becomes row `target`. Zero lies within each block's range, so that it is exact. */
export function quantiseRowInt4(
  { data, columns }: WeightMatrix,
  row: number,
  target: number,
  { values, scales, zeros }: Int4Weights,
): void {
  const blocks = int4Blocks(columns);
  const zerosPerRow = Math.ceil(blocks / 2);
  for (let block = 0; block < blocks; block++) {
    const begin = row * columns + block * INT4_BLOCK;
    const end = Math.min(begin + INT4_BLOCK, (row + 1) * columns);
    let least = 0;
    let most = 0;
    for (let i = begin; i < end; i++) {
      least = Math.min(least, data[i]!);
      most = Math.max(most, data[i]!);
    }
    const scale = Math.fround(Math.fround(most - least) / INT4_LARGEST);
    const inverse = Math.fround(scale === 0 ? 0 : 1 / scale);
    const zero = roundHalfEven(Math.fround(-least * inverse));
    scales[target * blocks + block] = scale;
    zeros[target * zerosPerRow + (block >> 1)]! |= zero << (4 * (block & 1));
    const place = ((target * blocks + block) * INT4_BLOCK) / 2;
    for (let i = 0; i < INT4_BLOCK; i++) {
      const weight = begin + i < end ? data[begin + i]! : 0;
      const value = Math.max(0, Math.min(INT4_LARGEST, roundHalfEven(Math.fround(weight * inverse)) + zero));
      values[place + (i >> 1)]! |= value << (4 * (i & 1));
    }
  }
}

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}
