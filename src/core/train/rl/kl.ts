/** Estimators of the divergence from a reference policy, from one sampled token each. */
export const KL_ESTIMATES = {
  /** d: unbiased, noisy, may be negative. */
  k1: (d: number): number => d,
  /** d²/2: biased, always ≥ 0. */
  k2: (d: number): number => (d * d) / 2,
  /** e^{−d} − 1 + d: unbiased and always ≥ 0. */
  k3: (d: number): number => Math.exp(-d) - 1 + d,
} as const satisfies Readonly<Record<string, (d: number) => number>>;

export type KlEstimatorName = keyof typeof KL_ESTIMATES;

/**
 * Estimate for each token, d = logProb − refLogProb in nats (Schulman, "Approximating KL divergence", 2020).
 * @returns [n]
 */
export function klPerToken(
  estimator: KlEstimatorName,
  logProbs: ArrayLike<number>,
  refLogProbs: ArrayLike<number>,
): Float64Array {
  return Float64Array.from({ length: logProbs.length }, (_, t) =>
    KL_ESTIMATES[estimator](logProbs[t]! - refLogProbs[t]!),
  );
}
