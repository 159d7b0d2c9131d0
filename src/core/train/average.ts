/**
 * How far the running average of the weights moves towards them after step `step` (from 1): 1 − decay, and more at first, so that the
 * beginning is forgotten: decay grows as (1 + t) / (10 + t).
 * @see Polyak and Juditsky 1992; the warm-up is that of TensorFlow's ExponentialMovingAverage
 */
export function averageShare(decay: number, step: number): number {
  return 1 - Math.min(decay, (1 + step) / (10 + step));
}
