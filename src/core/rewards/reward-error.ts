import { WorkbenchError } from '../errors';
import type { EarnedReward, RewardFacts } from './reward';

/** What to do when a part of a reward cannot be used. */
const WAY_OUT = 'Choose another reward, or mend this one; the run goes on from the iteration before.';
const KEPT = 'Every iteration before this one.';

/** A part of a reward that threw. */
export function rewardFailed(part: string, questionId: string, cause: unknown): WorkbenchError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new WorkbenchError(
    'validation',
    `The reward "${part}" failed on an answer to question ${questionId}: ${why}`,
    { code: 'reward-failed', where: `question ${questionId}`, kept: KEPT, wayOut: WAY_OUT },
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
  if (wrong === 0) return unusable(reward, questionId, `gave ${score} to an answer`, facts);
  if (wrong > 0)
    return unusable(
      reward,
      questionId,
      `gave ${steps[wrong - 1]} to step ${wrong} of ${facts.steps} of an answer`,
      facts,
    );
  if (steps.length !== facts.steps)
    return unusable(
      reward,
      questionId,
      `gave ${steps.length} step rewards to an answer of ${facts.steps} steps`,
      facts,
    );
  return null;
}

/** The error for something taken off that is no number of at least 0; null when it can be used. */
export function refuseDeduction(
  deduction: string,
  questionId: string,
  value: number,
  facts: RewardFacts,
): WorkbenchError | null {
  return Number.isFinite(value) && value >= 0
    ? null
    : unusable(deduction, questionId, `wants to take ${value} off an answer`, facts);
}

function unusable(part: string, questionId: string, problem: string, facts: RewardFacts): WorkbenchError {
  return new WorkbenchError('validation', `The reward "${part}" ${problem} to question ${questionId}.`, {
    code: 'reward-unusable',
    where: `question ${questionId}, ${facts.tokens} tokens, ${facts.isRight ? 'right' : 'wrong'}`,
    kept: KEPT,
    wayOut: WAY_OUT,
  });
}

/** Whether an error is one of the two. */
export function isRewardError(error: unknown): boolean {
  return error instanceof WorkbenchError && (error.code === 'reward-failed' || error.code === 'reward-unusable');
}
