import type { Rows } from './advantages';
import { aggregationWeights, type Aggregation } from './aggregation';
import { KL_ESTIMATES, type KlEstimatorName } from './kl';

/**
 * Reference implementation of the policy losses in double precision, with their gradients by hand. The training graph computes the same in
 * single precision; tests hold both against the same golden numbers.
 */

/** A loss and its derivative with respect to the new log-probabilities. */
export interface LossWithGradient {
  readonly loss: number;
  /** [B][n], 0 under the mask. */
  readonly grad: Float64Array[];
}

export interface ClipSettings {
  readonly clipLow: number;
  readonly clipHigh: number;
  /** Upper limit of −gain / |A| for bad tokens; null for none (Ye 2019). */
  readonly dualClip: number | null;
}

interface TokenLoss {
  readonly value: number;
  readonly slope: number;
}

/** −min(ρA, clip(ρ)·A) of one token and its derivative by the new log-probability; ρ = exp(new − old). PPO (Schulman 2017). */
export function clippedTokenLoss(
  newLogProb: number,
  oldLogProb: number,
  advantage: number,
  clip: ClipSettings,
): TokenLoss {
  const ratio = Math.exp(newLogProb - oldLogProb);
  const free = ratio * advantage;
  const held = Math.min(Math.max(ratio, 1 - clip.clipLow), 1 + clip.clipHigh) * advantage;
  const isFree = free <= held;
  const gain = isFree ? free : held;
  if (clip.dualClip !== null && advantage < 0 && gain < clip.dualClip * advantage)
    return { value: -clip.dualClip * advantage, slope: 0 };
  return { value: -gain, slope: isFree ? -free : 0 };
}

/** Clipped policy loss, optionally plus β · k(new, ref) for each token. */
export function policyLoss(input: {
  readonly newLogProbs: Rows;
  readonly oldLogProbs: Rows;
  readonly advantages: Rows;
  readonly mask: Rows;
  readonly clip: ClipSettings;
  readonly aggregation: Aggregation;
  readonly horizon: number;
  readonly kl?: { readonly refLogProbs: Rows; readonly estimator: KlEstimatorName; readonly beta: number };
}): LossWithGradient {
  return aggregate(input.mask, input.aggregation, input.horizon, (b, t) => {
    const fresh = input.newLogProbs[b]![t]!;
    const { value, slope } = clippedTokenLoss(fresh, input.oldLogProbs[b]![t]!, input.advantages[b]![t]!, input.clip);
    if (input.kl === undefined) return { value, slope };
    const kl = klTokenLoss(input.kl.estimator, fresh, input.kl.refLogProbs[b]![t]!);
    return { value: value + input.kl.beta * kl.value, slope: slope + input.kl.beta * kl.slope };
  });
}

/** −A · log π: REINFORCE without a ratio. */
export function reinforceLoss(
  newLogProbs: Rows,
  advantages: Rows,
  mask: Rows,
  aggregation: Aggregation,
  horizon: number,
): LossWithGradient {
  return aggregate(mask, aggregation, horizon, (b, t) => ({
    value: -advantages[b]![t]! * newLogProbs[b]![t]!,
    slope: -advantages[b]![t]!,
  }));
}

/** Mean divergence from the reference. */
export function klLoss(
  estimator: KlEstimatorName,
  newLogProbs: Rows,
  refLogProbs: Rows,
  mask: Rows,
  aggregation: Aggregation,
  horizon: number,
): LossWithGradient {
  return aggregate(mask, aggregation, horizon, (b, t) =>
    klTokenLoss(estimator, newLogProbs[b]![t]!, refLogProbs[b]![t]!),
  );
}

/** RLOO as in TRL: one ratio for a whole path, clipped; mean over paths. */
export function sequencePolicyLoss(
  newLogProbs: Rows,
  oldLogProbs: Rows,
  advantages: readonly number[],
  mask: Rows,
  clip: ClipSettings,
): LossWithGradient {
  let loss = 0;
  const grad = mask.map((row, b) => {
    let [fresh, old] = [0, 0];
    for (let t = 0; t < row.length; t++) {
      if (row[t] === 0) continue;
      fresh += newLogProbs[b]![t]!;
      old += oldLogProbs[b]![t]!;
    }
    const { value, slope } = clippedTokenLoss(fresh, old, advantages[b]!, clip);
    loss += value / mask.length;
    return Float64Array.from(row, (real) => (real === 0 ? 0 : slope / mask.length));
  });
  return { loss, grad };
}

/** Derivative of the three estimators by the new log-probability: 1, d and 1 − e^{−d}. */
const KL_SLOPES: Readonly<Record<KlEstimatorName, (d: number) => number>> = {
  k1: () => 1,
  k2: (d) => d,
  k3: (d) => 1 - Math.exp(-d),
};

function klTokenLoss(estimator: KlEstimatorName, newLogProb: number, refLogProb: number): TokenLoss {
  const d = newLogProb - refLogProb;
  return { value: KL_ESTIMATES[estimator](d), slope: KL_SLOPES[estimator](d) };
}

function aggregate(
  mask: Rows,
  aggregation: Aggregation,
  horizon: number,
  tokenLoss: (b: number, t: number) => TokenLoss,
): LossWithGradient {
  const { weights, normaliser } = aggregationWeights(mask, aggregation, horizon);
  let loss = 0;
  const grad = weights.map((row, b) =>
    Float64Array.from(row, (weight, t) => {
      if (weight === 0) return 0;
      const { value, slope } = tokenLoss(b, t);
      loss += (weight * value) / normaliser;
      return (weight * slope) / normaliser;
    }),
  );
  return { loss, grad };
}
