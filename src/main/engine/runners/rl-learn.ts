import { learningRateAt } from '@core/optim/schedules';
import { createRng } from '@core/random/rng';
import { nextKlCoefficient } from '@core/train/rl/kl-controller';
import { planRlUpdates, withoutChosenRatio, type RewardedBatch, type RlUpdate } from '@core/train/rl/rl-batch';
import type { RlConfig } from '@core/train/rl/rl-config';
import type { RlStage } from './rl-stage';
import { stepOptions } from './tuning';

/** The updates of an iteration; returns what the charts show of them. */
export async function learn(
  { config: settings, model, reference, trainer, progress }: RlStage,
  batch: RewardedBatch,
  seed: number,
): Promise<Record<string, number>> {
  const config = { ...settings, klCoefficient: progress.klCoefficient ?? settings.klCoefficient };
  const rows = batch.paths.map(({ trajectory }) => ({ ids: trajectory.ids }));
  const refLogProbs = reference === null ? [] : await reference.logProbs(rows);
  const updates = planRlUpdates(batch, refLogProbs, config, createRng(seed));
  const sums = { loss: 0, clippedShare: 0, gradNorm: 0, learningRate: 0 };
  for (const [index, planned] of updates.entries()) {
    // Before the first update of an iteration the policy is the one that wrote: every ratio is 1.
    const isRatioFree = config.chosenTokens === 'likelihood' && index > 0;
    const update = isRatioFree ? withoutChosenRatio(planned, await trainer.logProbs(planned.rows)) : planned;
    const { loss, policy } = await trainer.accumulate(update.rows, policyLoss(update));
    const learningRate = rateAt(config, progress.update, updates.length);
    const { gradNorm } = await trainer.step(stepOptions(config, learningRate, 1, new Set()));
    progress.update += 1;
    sums.loss += loss / updates.length;
    sums.clippedShare += (policy?.clippedFraction ?? 0) / updates.length;
    sums.gradNorm += gradNorm / updates.length;
    sums.learningRate = learningRate;
  }
  model.generator.clearCache();
  const kl = reference === null ? null : meanDivergence(batch, refLogProbs);
  if (kl !== null)
    progress.klCoefficient = nextKlCoefficient(config.klCoefficient, kl, settings.klTarget, settings.klCoefficient);
  return {
    policyLoss: sums.loss,
    clippedShare: sums.clippedShare,
    gradNorm: sums.gradNorm,
    learningRate: sums.learningRate,
    ...(kl !== null && { kl }),
    ...(settings.klTarget !== null && { klCoefficient: config.klCoefficient }),
  };
}

function policyLoss(update: RlUpdate) {
  const { normaliser, oldLogProbs, refLogProbs, advantages, clipLow, clipHigh, klCoefficient, klEstimator } = update;
  return {
    kind: 'policy' as const,
    normaliser,
    oldLogProbs,
    refLogProbs,
    advantages,
    clipLow,
    clipHigh,
    klCoefficient,
    klEstimator,
  };
}

/** The rate of an update; the number of updates to come is reckoned from this iteration's. */
function rateAt(config: RlConfig, update: number, updatesPerIteration: number): number {
  const totalUpdates = config.iterations * updatesPerIteration;
  const warmupUpdates = Math.max(config.warmupUpdates, Math.round(config.warmupShare * totalUpdates));
  return learningRateAt(Math.min(update, totalUpdates - 1), {
    kind: config.schedule,
    rate: config.learningRate,
    warmupUpdates,
    totalUpdates,
    finalShare: config.finalRateShare,
  });
}

/** Mean of the k3 estimate over the sampled tokens, nats: what the charts call KL whatever the loss uses. */
function meanDivergence(batch: RewardedBatch, refLogProbs: readonly ArrayLike<number>[]): number {
  let sum = 0;
  let count = 0;
  batch.paths.forEach(({ trajectory }, path) => {
    trajectory.weights.forEach((weight, at) => {
      if (weight === 0) return;
      const d = trajectory.oldLogProbs[at]! - refLogProbs[path]![at]!;
      sum += Math.exp(-d) - 1 + d;
      count += 1;
    });
  });
  return count === 0 ? 0 : sum / count;
}
