import type { JobRecord } from '@contracts/engine-protocol';
import type { Question } from '@core/tasks/question';
import type { RewardedBatch } from '@core/train/rl/rl-batch';
import type { Trajectory } from '@core/train/rl/trajectories';
import { answerGreedily } from './answer-greedily';
import type { RlStage } from './rl-stage';

/** Questions whose answers are shown on the run page as the model changes. */
const SAMPLE_QUESTIONS = 4;

/** Accuracy on the held-out questions, and a few of the answers. */
export async function measure({ context, config, model, heldOut, progress }: RlStage): Promise<void> {
  if (heldOut.length === 0) return;
  model.generator.clearCache();
  const items = await answerGreedily(
    model,
    { maxNewTokens: config.maxNewTokens, responsePrefix: config.responsePrefix, constrained: false },
    heldOut,
    context.cancel,
    () => undefined,
  );
  const accuracy = items.filter((item) => item.isRight).length / items.length;
  progress.firstAccuracy ??= accuracy;
  progress.bestAccuracy = Math.max(progress.bestAccuracy ?? 0, accuracy);
  progress.lastAccuracy = accuracy;
  const samples = items
    .slice(0, SAMPLE_QUESTIONS)
    .map(({ questionId, prompt, referenceAnswer, response, isRight }): JobRecord => ({
      type: 'sample',
      sample: {
        step: progress.iteration,
        questionId,
        prompt,
        referenceAnswer,
        text: response,
        isRight,
        reward: null,
        rewardParts: {},
      },
    }));
  await context.commit([
    { type: 'metrics', step: progress.iteration, values: { heldOutAccuracy: accuracy } },
    ...samples,
  ]);
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
        rewardParts: rewarded
          ? { outcome: rewarded.outcome, steps: stepSum, penalties: rewarded.reward.score - rewarded.outcome }
          : {},
      },
    },
  ];
}
