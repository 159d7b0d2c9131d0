import { ShapeError } from '../errors';
import { showDims } from '../tensor/dims';
import { matmul64, tensor64 } from '../tensor/tensor64';
import { operand } from './operand';
import type { Op } from './program';

/** Values that the hash of an entry can take: products of two such numbers, and sums with a few more, are exact in float32. */
export const HASH_VALUES = 4096;

/** The rate that is used for a wished one: whole shares of the hash's values. */
export function dropoutRate(rate: number): number {
  return Math.round(rate * HASH_VALUES) / HASH_VALUES;
}

/**
 * What a dropped or kept entry of x is multiplied with, minus 1: −1 with probability `rate`, else 1 / (1 − rate) − 1; so x ∘ mask is what
 * dropout (Srivastava et al. 2014) adds to x.
 *
 * Whether (i, j) is dropped is a universal hash (Carter and Wegman 1979) of random whole numbers for its row and its column:
 * (rᵢ·cⱼ + sᵢ + tⱼ) mod 4096 < 4096·rate. Entries are pairwise independent, and a few thousand numbers stand for millions of draws. One
 * product makes all hashes; every sum stays below 2²⁴, so float32 has them exactly and any processor makes the same mask.
 *
 * Shapes: rows [N, 3] = (rᵢ, sᵢ, 1) / 4096 and columns [3, D] = (cⱼ, 1, tⱼ); result [N, D]. No gradient.
 */
export function dropoutMask(rate: number): Op {
  const share = dropoutRate(rate);
  const [dropped, kept] = [-1, 1 / (1 - share) - 1];
  return {
    name: `dropoutMask(${share})`,
    infer: (inputs) => {
      const [rows, columns] = [operand(inputs, 0), operand(inputs, 1)];
      if (rows.dims[1] !== 3 || columns.dims[0] !== 3 || !(share > 0 && share < 1))
        throw new ShapeError(`dropoutMask: ${showDims(rows.dims)} and ${showDims(columns.dims)} do not fit.`);
      return [{ dims: [rows.dims[0] ?? 1, columns.dims[1] ?? 1], dtype: 'float32' }];
    },
    emit: ({ graph }, inputs, outputs) => {
      const { dims } = operand(outputs, 0);
      const sums = graph.single('MatMul', inputs, dims);
      const hash = graph.single('Sub', [sums, graph.single('Floor', [sums], dims)], dims);
      const isDropped = graph.single('Less', [hash, graph.float(share)], dims, { dtype: 'bool' });
      return [graph.single('Where', [isDropped, graph.float(dropped), graph.float(kept)], dims, { dtype: 'float32' })];
    },
    evaluate: (inputs) => {
      const sums = matmul64(operand(inputs, 0), operand(inputs, 1), false, false, 1);
      return [
        tensor64(sums.dims, (index) => {
          const sum = sums.data[index]!;
          return sum - Math.floor(sum) < share ? dropped : kept;
        }),
      ];
    },
  };
}
