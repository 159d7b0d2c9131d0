import type { KeptCorrection, Quantity } from '../store/repositories/estimates';

/** Variance of the logarithm of what a run takes over what its dry step said, before any run has told: time by 1.4 either way, memory by 1.18. */
const PRIOR_VARIANCE: Readonly<Record<Quantity, number>> = { seconds: Math.log(1.4) ** 2, memory: Math.log(1.18) ** 2 };
/** From here on what is new counts as much as this: machines and programs change. */
const LEAST_WEIGHT = 0.25;
/** A run that was off by more than this was disturbed, or is of another kind than its dry step could see; it counts as this much. */
const MOST_FACTOR = 8;
/** 80 of 100 draws of a normal distribution lie within so many standard deviations. */
const EIGHTY_PERCENT = 1.2816;

export interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * The correction after one more run: a mean of the logarithms of actual over predicted, in which the first runs count alike and later ones a
 * quarter each.
 * @param raw what the dry step came to, uncorrected
 */
export function learn(quantity: Quantity, known: KeptCorrection | null, raw: number, actual: number): KeptCorrection {
  const bound = Math.log(MOST_FACTOR);
  const seen = Math.max(-bound, Math.min(bound, Math.log(actual / raw)));
  const { logFactor, variance, runs } = known ?? { logFactor: 0, variance: PRIOR_VARIANCE[quantity], runs: 0 };
  const weight = Math.max(LEAST_WEIGHT, 1 / (runs + 1));
  const surprise = seen - logFactor;
  return {
    logFactor: logFactor + weight * surprise,
    // The first run moves the factor by all it has; how far runs lie from it is known from the second on.
    variance: runs === 0 ? variance : (1 - weight) * variance + weight * surprise ** 2,
    runs: runs + 1,
  };
}

/**
 * The range that four of five runs are expected in.
 * @param deviation relative standard deviation of what was measured
 */
export function correctedRange(
  quantity: Quantity,
  raw: number,
  deviation: number,
  known: KeptCorrection | null,
): Range {
  const centre = raw * Math.exp(known?.logFactor ?? 0);
  const spread = Math.exp(EIGHTY_PERCENT * Math.sqrt(deviation ** 2 + (known?.variance ?? PRIOR_VARIANCE[quantity])));
  return { low: centre / spread, high: centre * spread };
}
