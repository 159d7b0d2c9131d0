import type { Rng } from '../ports';

/**
 * Exact two-sided McNemar test: the probability of a split at least as uneven as `won` to `lost` if both were equally likely.
 * Questions on which two models agree say nothing about which is better and do not enter.
 */
export function mcnemarExact(won: number, lost: number): number {
  const total = won + lost;
  const fewer = Math.min(won, lost);
  let logTerm = -total * Math.LN2;
  let sum = Math.exp(logTerm);
  for (let k = 1; k <= fewer; k++) {
    logTerm += Math.log((total - k + 1) / k);
    sum += Math.exp(logTerm);
  }
  return Math.min(1, 2 * sum);
}

/** A difference of two shares on the same questions, second minus first. */
export interface PairedDifference {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Percentile bootstrap of the difference in accuracy: questions are drawn with replacement, both verdicts of a question stay together.
 * Only the counts of won, lost and equal questions matter, so a draw is a multinomial one.
 */
export function pairedBootstrap(
  first: readonly boolean[],
  second: readonly boolean[],
  options: { readonly samples: number; readonly confidence: number; readonly rng: Rng },
): PairedDifference {
  const count = first.length;
  if (count === 0) return { value: 0, low: 0, high: 0 };
  const steps = first.map((isRight, i) => Number(second[i]!) - Number(isRight));
  const value = steps.reduce((sum, step) => sum + step, 0) / count;
  const draws = Float64Array.from({ length: options.samples }, () => {
    let sum = 0;
    for (let i = 0; i < count; i++) sum += steps[options.rng.integer(count)]!;
    return sum / count;
  }).sort();
  const at = (share: number) => draws[Math.min(draws.length - 1, Math.max(0, Math.round(share * (draws.length - 1))))]!;
  const outside = (1 - options.confidence) / 2;
  return { value, low: at(outside), high: at(1 - outside) };
}
