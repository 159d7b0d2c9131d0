import type { QuantisedSlot, QuantisedUpdate } from './adamw-int8';

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
  /** The same with moments of one byte, see `adamw-int8.ts`. */
  updateQuantised(slot: QuantisedSlot, update: QuantisedUpdate): void;
  /** Moves a running average towards the weights: a ← a + share·(w − a); equal lengths. */
  average(average: Float32Array, weight: Float32Array, share: number): void;
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
