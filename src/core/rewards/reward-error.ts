import { WorkbenchError } from '../errors';
import type { EarnedReward, RewardFacts } from './registry';

/** What to do when a reward cannot be used. */
const WAY_OUT = 'Choose another reward, or mend this one; the run goes on from the iteration before.';

/** A reward that threw. */
export function rewardFailed(reward: string, questionId: string, cause: unknown): WorkbenchError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WorkbenchError(
    'validation',
    `The reward "${reward}" failed on an answer to question ${questionId}: ${why}`,
    {
      code: 'reward-failed',
      where: `question ${questionId}`,
      kept: 'Every iteration before this one.',
      wayOut: WAY_OUT,
    },
    { cause },
  );
}

/** The error for a reward that is no number, or gives another number of steps than the path has; null when it can be used. */
export function refuseReward(
  reward: string,
  questionId: string,
  { score, steps }: EarnedReward,
  facts: RewardFacts,
): WorkbenchError | null {
  const wrong = [score, ...steps].findIndex((value) => !Number.isFinite(value));
  const problem =
    wrong === 0
      ? `gave ${score} to an answer`
      : wrong > 0
        ? `gave ${steps[wrong - 1]} to step ${wrong} of ${facts.steps} of an answer`
        : steps.length === facts.steps
          ? null
          : `gave ${steps.length} step rewards to an answer of ${facts.steps} steps`;
  if (problem === null) return null;
  return new WorkbenchError('validation', `The reward "${reward}" ${problem} to question ${questionId}.`, {
    code: 'reward-unusable',
    where: `question ${questionId}, ${facts.tokens} tokens, ${facts.isRight ? 'right' : 'wrong'}`,
    kept: 'Every iteration before this one.',
    wayOut: WAY_OUT,
  });
}

/** Whether an error is one of the two. */
export function isRewardError(error: unknown): boolean {
  return error instanceof WorkbenchError && (error.code === 'reward-failed' || error.code === 'reward-unusable');
}
