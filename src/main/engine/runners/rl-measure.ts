import type { JobRecord } from '@contracts/engine-protocol';
import type { Question } from '@core/tasks/question';
import type { RewardedBatch } from '@core/train/rl/rl-batch';
import type { Trajectory } from '@core/train/rl/trajectories';
import { answerGreedily } from './answer-greedily';
import { keepBest } from './best-checkpoint';
import { guardedMetrics } from './guarding';
import type { RlStage } from './rl-stage';
import { watchedSample } from './watched-questions';

/** Accuracy on the held-out questions, the best state kept, and a few of the answers. Returns the records that it has committed. */
export async function measure(stage: RlStage): Promise<JobRecord[]> {
  const { context, config, model, trainer, heldOut, watched, progress } = stage;
  const counted = new Set(heldOut.map(({ id }) => id));
  const shown = new Set(watched.map(({ id }) => id));
  model.generator.clearCache();
  const items = await answerGreedily(
    model,
    { maxNewTokens: config.maxNewTokens, responsePrefix: config.responsePrefix, constrained: false },
    [...heldOut, ...watched.filter(({ id }) => !counted.has(id))],
    context.cancel,
    () => undefined,
  );
  const records = items
    .filter(({ questionId }) => shown.has(questionId))
    .map((item) => watchedSample(progress.iteration, item));
  if (heldOut.length > 0) {
    const right = items.filter(({ questionId, isRight }) => isRight && counted.has(questionId)).length;
    const accuracy = right / heldOut.length;
    const isBetter = progress.bestAccuracy !== null && accuracy > progress.bestAccuracy;
    progress.firstAccuracy ??= accuracy;
    progress.bestAccuracy = Math.max(progress.bestAccuracy ?? 0, accuracy);
    progress.lastAccuracy = accuracy;
    const values = { heldOutAccuracy: accuracy, heldOutQuestions: heldOut.length };
    records.push(...guardedMetrics(context, progress, progress.iteration, values));
    // The last weights are written anyway.
    if (isBetter && progress.iteration < config.iterations)
      records.push(...(await keepBest(context, model, trainer, progress, progress.iteration)));
  }
  await context.commit(records);
  return records;
}

/** One explored path of the first question of the iteration, with the parts of its reward. */
export function sampleRecords(
  trajectories: readonly Trajectory[],
  batch: RewardedBatch,
  chosen: readonly Question[],
  step: number,
): JobRecord[] {
  const rewarded = batch.paths[0];
  const trajectory = rewarded?.trajectory ?? trajectories[0];
  const question = chosen.find(({ id }) => id === trajectory?.questionId);
  if (!trajectory || !question) return [];
  const stepSum = rewarded?.reward.steps.reduce((a, b) => a + b, 0) ?? 0;
  return [
    {
      type: 'sample',
      sample: {
        step,
        questionId: question.id,
        prompt: question.prompt,
        referenceAnswer: question.referenceAnswer,
        text: trajectory.text,
        isRight: trajectory.isRight,
        reward: rewarded ? rewarded.reward.score + stepSum : null,
        rewardParts: rewarded ? { ...rewarded.reward.parts } : {},
        source: 'explored',
      },
    },
  ];
}
