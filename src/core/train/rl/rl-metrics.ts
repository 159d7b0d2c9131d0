import { REWARD_PARTS } from '../../rewards/registry';
import { RFTT_TOKENS, type TokenSet } from '../../tokens/token-set';
import type { RewardedBatch } from './rl-batch';
import type { Trajectory } from './trajectories';

/** What the charts of a run show for one iteration; plain numbers by name. */
export type RlMetrics = Readonly<Record<string, number>>;

/** Figures of the explored paths: rewards, answers, lengths, form, and how often each functional token is used per path. */
export function explorationMetrics(
  trajectories: readonly Trajectory[],
  batch: RewardedBatch,
  set: TokenSet = RFTT_TOKENS,
): RlMetrics {
  const count = Math.max(1, trajectories.length);
  const mean = (value: (trajectory: Trajectory) => number) =>
    trajectories.reduce((sum, trajectory) => sum + value(trajectory), 0) / count;
  const uses = new Map(
    set.names.map((name) => [
      name,
      mean((trajectory) => trajectory.steps.filter((step) => step.token === name).length),
    ]),
  );
  const total = [...uses.values()].reduce((sum, use) => sum + use, 0);
  const shares = [...uses.values()].map((use) => (total === 0 ? 0 : use / total));
  return {
    ...rewardMetrics(batch),
    accuracy: mean((trajectory) => Number(trajectory.isRight)),
    answerShare: mean((trajectory) => Number(trajectory.answer !== null)),
    formShare: mean((trajectory) => Number(trajectory.isWellFormed)),
    truncatedShare: mean((trajectory) => Number(trajectory.isTruncated)),
    length: mean(lengthOf),
    lengthStd: spreadOf(trajectories.map(lengthOf)),
    steps: mean((trajectory) => trajectory.steps.length),
    entropy: entropyEstimate(trajectories),
    settledShare: batch.settledShare,
    paths: trajectories.length,
    // 1 when all tokens are used alike, 0 when one is left: an early sign of collapse.
    tokenEntropy:
      shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0) /
      Math.log(Math.max(2, shares.length)),
    ...Object.fromEntries([...uses].map(([name, use]) => [`use.${name}`, use])),
  };
}

function lengthOf({ ids, promptLength }: Trajectory): number {
  return ids.length - promptLength;
}

/** Reward of the paths that are learned from: the whole, and each part of it, with the spread over paths. Nothing where there are none. */
function rewardMetrics({ paths }: RewardedBatch): RlMetrics {
  if (paths.length === 0) return {};
  const totals = paths.map(({ reward }) => reward.score + reward.steps.reduce((a, b) => a + b, 0));
  const parts = REWARD_PARTS.flatMap((part): [string, number][] => {
    const values = paths.map(({ reward }) => reward.parts[part]);
    return [
      [`reward.${part}`, meanOf(values)],
      [`reward.${part}.std`, spreadOf(values)],
    ];
  });
  return { reward: meanOf(totals), rewardStd: spreadOf(totals), ...Object.fromEntries(parts) };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** Standard deviation; 0 of nothing. */
function spreadOf(values: readonly number[]): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
}

/** Mean of −log π over the sampled ids: an estimate of the entropy per token, nats. */
function entropyEstimate(trajectories: readonly Trajectory[]): number {
  let sum = 0;
  let count = 0;
  for (const { origin, oldLogProbs } of trajectories) {
    origin.forEach((each, i) => {
      if (each !== 'sampled') return;
      sum -= oldLogProbs[i]!;
      count++;
    });
  }
  return count === 0 ? 0 : sum / count;
}
