import { FUNCTIONAL_TOKEN_NAMES } from '../../tokens/functional-tokens';
import type { RewardedBatch } from './rl-batch';
import type { Trajectory } from './trajectories';

/** What the charts of a run show for one iteration; plain numbers by name. */
export type RlMetrics = Readonly<Record<string, number>>;

/** Figures of the explored paths: rewards, answers, lengths, form, and how often each functional token is used per path. */
export function explorationMetrics(trajectories: readonly Trajectory[], batch: RewardedBatch): RlMetrics {
  const count = Math.max(1, trajectories.length);
  const mean = (value: (trajectory: Trajectory) => number) =>
    trajectories.reduce((sum, trajectory) => sum + value(trajectory), 0) / count;
  const uses = new Map(
    FUNCTIONAL_TOKEN_NAMES.map((name) => [
      name,
      mean((trajectory) => trajectory.steps.filter((step) => step.token === name).length),
    ]),
  );
  const total = [...uses.values()].reduce((sum, use) => sum + use, 0);
  const shares = [...uses.values()].map((use) => (total === 0 ? 0 : use / total));
  return {
    reward:
      batch.paths.reduce((sum, path) => sum + path.reward.score + path.reward.steps.reduce((a, b) => a + b, 0), 0) /
      Math.max(1, batch.paths.length),
    accuracy: mean((trajectory) => Number(trajectory.isRight)),
    answerShare: mean((trajectory) => Number(trajectory.answer !== null)),
    formShare: mean((trajectory) => Number(trajectory.isWellFormed)),
    truncatedShare: mean((trajectory) => Number(trajectory.isTruncated)),
    length: mean((trajectory) => trajectory.ids.length - trajectory.promptLength),
    steps: mean((trajectory) => trajectory.steps.length),
    entropy: entropyEstimate(trajectories),
    settledShare: batch.settledShare,
    paths: trajectories.length,
    // 1 when all tokens are used alike, 0 when one is left: an early sign of collapse.
    tokenEntropy:
      shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0) / Math.log(shares.length),
    ...Object.fromEntries([...uses].map(([name, use]) => [`use.${name}`, use])),
  };
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
