/** Settings of one update; see `updateAdamW`. */
export interface AdamWUpdate {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decoupled: w ← w·(1 − learningRate·weightDecay) before the step. */
  readonly weightDecay: number;
  /** Number of this step, from 1; corrects the bias of the moments. */
  readonly step: number;
  /** Factor of the gradient, from clipping. */
  readonly gradientScale: number;
}

/** A run of parameters with what the optimiser keeps for it; equal lengths. */
export interface AdamWSlot {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Float32Array;
  readonly secondMoment: Float32Array;
}

/** Fast arithmetic over memory of its own; the engine has one in WebAssembly, `REFERENCE_KERNEL` is the plain one. */
export interface AdamWKernel {
  /**
   * Zeroed memory that this kernel can work on.
   * @param together so many neighbours in `lengths` belong to one slot
   */
  allocate(lengths: readonly number[], together?: number): readonly Float32Array[];
  /** Σ x², summed in float64; NaN or infinity when x holds one. */
  squaredNorm(values: Float32Array): number;
  /** One AdamW step in place. */
  update(slot: AdamWSlot, update: AdamWUpdate): void;
}

/** Factors that are the same for every element of one update. */
export interface AdamWFactors {
  readonly decay: number;
  /** learningRate / (1 − β₁ᵗ). */
  readonly stepSize: number;
  /** 1 / √(1 − β₂ᵗ). */
  readonly inverseRootCorrection: number;
}

export function adamwFactors({ learningRate, beta1, beta2, weightDecay, step }: AdamWUpdate): AdamWFactors {
  return {
    decay: 1 - learningRate * weightDecay,
    stepSize: learningRate / (1 - beta1 ** step),
    inverseRootCorrection: 1 / Math.sqrt(1 - beta2 ** step),
  };
}

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
};
