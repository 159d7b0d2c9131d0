import { adamwFactors, type AdamWKernel } from './adamw';
import { updateQuantised } from './adamw-int8';

/**
 * AdamW in plain arithmetic: w ← w·(1 − lr·decay) − lr·m̂ / (√v̂ + eps).
 * @see Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2; the decay is scaled by the rate as in torch.optim.AdamW
 */
export const REFERENCE_KERNEL: AdamWKernel = {
  allocate: (lengths) => lengths.map((length) => new Float32Array(length)),
  squaredNorm: (values) => {
    let total = 0;
    for (let index = 0; index < values.length; index++) total += values[index]! * values[index]!;
    return total;
  },
  update: ({ weight, gradient, firstMoment, secondMoment }, update) => {
    const { decay, stepSize, inverseRootCorrection } = adamwFactors(update);
    const { beta1, beta2, eps, gradientScale } = update;
    for (let index = 0; index < weight.length; index++) {
      const g = gradient[index]! * gradientScale;
      const m = beta1 * firstMoment[index]! + (1 - beta1) * g;
      const v = beta2 * secondMoment[index]! + (1 - beta2) * g * g;
      firstMoment[index] = m;
      secondMoment[index] = v;
      weight[index] = weight[index]! * decay - (stepSize * m) / (Math.sqrt(v) * inverseRootCorrection + eps);
    }
  },
  updateQuantised,
  average: (average, weight, share) => {
    for (let index = 0; index < average.length; index++)
      average[index] = average[index]! + share * (weight[index]! - average[index]!);
  },
};
