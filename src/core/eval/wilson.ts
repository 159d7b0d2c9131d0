/** A share in [0, 1] with its interval and the number of questions behind it. */
export interface ProportionInterval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/**
 * Wilson's score interval for `successes` of `count` (Wilson 1927): honest also near 0 and 1 and for few questions.
 * With `count` 0 nothing is known: value 0, interval [0, 1].
 */
export function wilsonInterval(successes: number, count: number, confidence = 0.95): ProportionInterval {
  if (count === 0) return { value: 0, low: 0, high: 1, count };
  const z = normalQuantile(0.5 + confidence / 2);
  const share = successes / count;
  const squared = (z * z) / count;
  const centre = (share + squared / 2) / (1 + squared);
  const half = (z * Math.sqrt((share * (1 - share)) / count + squared / (4 * count))) / (1 + squared);
  return {
    value: share,
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === count ? 1 : Math.min(1, centre + half),
    count,
  };
}

/** Coefficients of Acklam's rational approximation of the normal quantile (relative error below 1.2e-9). */
const CENTRE_TOP = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
];
const CENTRE_BOTTOM = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1,
];
const TAIL_TOP = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const TAIL_BOTTOM = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1];

/** Point below which a standard normal lies with probability `p`; 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (p < 0.02425) return tail(Math.sqrt(-2 * Math.log(p)));
  if (p > 1 - 0.02425) return -tail(Math.sqrt(-2 * Math.log(1 - p)));
  const q = p - 0.5;
  return (q * horner(CENTRE_TOP, q * q)) / horner(CENTRE_BOTTOM, q * q);
}

const tail = (q: number): number => horner(TAIL_TOP, q) / horner(TAIL_BOTTOM, q);
const horner = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
