import type { Rows } from './advantages';

/** How the losses of single tokens become one number; names as in verl. */
export const AGGREGATIONS = [
  'token-mean',
  'seq-mean-token-mean',
  'seq-mean-token-sum',
  'seq-mean-token-sum-norm',
] as const;
export type Aggregation = (typeof AGGREGATIONS)[number];

/** Weights and normaliser such that loss = Σ weight · token loss / normaliser: the form in which the training graph takes them. */
export interface WeightedMean {
  /** [B][n] */
  readonly weights: Float64Array[];
  readonly normaliser: number;
}

/**
 * The aggregation as weights.
 * - token-mean: Σ l m / Σ m
 * - seq-mean-token-mean: (1/B) Σ_i (Σ_t l m / n_i)
 * - seq-mean-token-sum: (1/B) Σ_i Σ_t l m
 * - seq-mean-token-sum-norm: the same / horizon
 * @param mask [B][n], also fractions: a token counts with its weight, n_i is the sum of a row
 */
export function aggregationWeights(mask: Rows, aggregation: Aggregation, horizon: number): WeightedMean {
  const sums = mask.map((row) => total(row));
  const rows = mask.length;
  switch (aggregation) {
    case 'token-mean':
      return {
        weights: mask.map((row) => Float64Array.from(row)),
        normaliser: Math.max(
          sums.reduce((sum, each) => sum + each, 0),
          Number.MIN_VALUE,
        ),
      };
    case 'seq-mean-token-mean':
      return {
        weights: mask.map((row, b) => Float64Array.from(row, (weight) => (sums[b] === 0 ? 0 : weight / sums[b]!))),
        normaliser: rows,
      };
    case 'seq-mean-token-sum':
      return { weights: mask.map((row) => Float64Array.from(row)), normaliser: rows };
    case 'seq-mean-token-sum-norm':
      return { weights: mask.map((row) => Float64Array.from(row)), normaliser: rows * horizon };
  }
}

function total(row: ArrayLike<number>): number {
  let sum = 0;
  for (let t = 0; t < row.length; t++) sum += row[t]!;
  return sum;
}
