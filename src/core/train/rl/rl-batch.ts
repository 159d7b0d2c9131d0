import { rewardOf, type PathReward } from '../../rewards/registry';
import { outcomeReward } from '../../rewards/outcome';
import { shuffled } from '../../random/shuffle';
import type { Rng } from '../../ports';
import { aggregationWeights } from './aggregation';
import type { RlAlgorithm } from './define-rl-algorithm';
import { RL_ALGORITHMS } from './registry';
import type { RlConfig } from './rl-config';
import { isSettled } from './settled';
import type { Trajectory } from './trajectories';
import { nodeValues, promiseAlong, treeAdvantages, type NodeValues } from './tree-values';

/** A trajectory with what it earned. */
export interface RewardedTrajectory {
  readonly trajectory: Trajectory;
  readonly reward: PathReward;
  /** Outcome alone: 1, the reward of a wrong answer, or 0. */
  readonly outcome: number;
}

export interface RewardedBatch {
  readonly paths: readonly RewardedTrajectory[];
  /** By question. */
  readonly values: ReadonlyMap<string, NodeValues>;
  /** Share of the questions whose paths all earn the same: nothing can be learned from them. */
  readonly settledShare: number;
}

/**
 * Gives every trajectory its reward; leaves settled questions out where the settings say so.
 * @param judged how promising each trajectory looks to a process reward model, [steps + 1]; without it the tree says so
 */
export function rewardTrajectories(
  trajectories: readonly Trajectory[],
  config: RlConfig,
  judged?: ReadonlyMap<Trajectory, readonly number[]>,
): RewardedBatch {
  const byQuestion = new Map<string, Trajectory[]>();
  for (const trajectory of trajectories)
    byQuestion.set(trajectory.questionId, [...(byQuestion.get(trajectory.questionId) ?? []), trajectory]);
  const values = new Map<string, NodeValues>();
  const paths: RewardedTrajectory[] = [];
  let settled = 0;
  for (const [questionId, group] of byQuestion) {
    const outcomes = group.map((trajectory) => outcomeReward(trajectory, config));
    const teachesNothing = isSettled(group, config);
    if (teachesNothing) settled++;
    if (teachesNothing && config.skipSettled) continue;
    const known = nodeValues(group, outcomes);
    values.set(questionId, known);
    group.forEach((trajectory, i) => {
      const facts = {
        answer: trajectory.answer,
        isRight: trajectory.isRight,
        isWellFormed: trajectory.isWellFormed,
        tokens: trajectory.ids.length - trajectory.promptLength,
        promise: judged?.get(trajectory) ?? promiseAlong(trajectory, known),
        steps: trajectory.steps.length,
      };
      paths.push({ trajectory, reward: rewardOf(facts, config, trajectory.questionId), outcome: outcomes[i]! });
    });
  }
  return { paths, values, settledShare: byQuestion.size === 0 ? 0 : settled / byQuestion.size };
}

/** What one update hands to the trainer; arrays go path by path, [n_b] each. */
export interface RlUpdate {
  readonly rows: readonly { readonly ids: Int32Array; readonly weights: Float64Array }[];
  readonly normaliser: number;
  readonly oldLogProbs: readonly Float32Array[];
  readonly refLogProbs: readonly ArrayLike<number>[];
  readonly advantages: readonly Float64Array[];
  readonly clipLow: number;
  readonly clipHigh: number;
  /** 0 where the divergence is part of the reward. */
  readonly klCoefficient: number;
  readonly klEstimator: RlConfig['klEstimator'];
  /** [n_b] 1 on the ids that the search chose. */
  readonly chosen: readonly Uint8Array[];
}

/**
 * Turns rewarded paths into updates: advantages over the whole iteration, then `pathsPerUpdate` paths at a time in random order. A rest smaller
 * than half an update joins the one before it.
 * @param refLogProbs log-probabilities under the reference, path by path; needed where β > 0
 */
export function planRlUpdates(
  batch: RewardedBatch,
  refLogProbs: readonly ArrayLike<number>[],
  config: RlConfig,
  rng: Rng,
): RlUpdate[] {
  const { paths } = batch;
  const algorithm = RL_ALGORITHMS[config.algorithm];
  const advantages =
    config.advantage === 'tree'
      ? scaledTreeAdvantages(batch)
      : algorithmAdvantages(paths, refLogProbs, algorithm, config);
  const order = shuffled([...paths.keys()], rng);
  const count = Math.max(1, Math.round(order.length / config.pathsPerUpdate));
  const size = Math.ceil(order.length / count);
  const groups = Array.from({ length: count }, (_, i) => order.slice(i * size, (i + 1) * size)).filter(
    (group) => group.length > 0,
  );
  return groups.map((group) => {
    const { weights, normaliser } = aggregationWeights(
      group.map((i) => paths[i]!.trajectory.weights),
      algorithm.aggregation,
      config.maxNewTokens,
    );
    return {
      rows: group.map((i, at) => ({ ids: paths[i]!.trajectory.ids, weights: weights[at]! })),
      normaliser,
      oldLogProbs: group.map((i) => paths[i]!.trajectory.oldLogProbs),
      refLogProbs: group.map((i) => refLogProbs[i] ?? paths[i]!.trajectory.oldLogProbs),
      advantages: group.map((i) => advantages[i]!),
      clipLow: config.clipLow,
      clipHigh: config.clipHigh,
      klCoefficient: algorithm.klPlacement === 'loss' ? config.klCoefficient : 0,
      klEstimator: config.klEstimator,
      chosen: group.map((i) => Uint8Array.from(paths[i]!.trajectory.origin, (each) => Number(each === 'chosen'))),
    };
  });
}

/**
 * An update whose chosen ids have no ratio: their old log-probability is the one of now, so that their gradient is −A ∂log π whatever was
 * clipped before.
 * @param logProbs of the update's rows under the weights of now
 */
export function withoutChosenRatio(update: RlUpdate, logProbs: readonly ArrayLike<number>[]): RlUpdate {
  return {
    ...update,
    oldLogProbs: update.oldLogProbs.map((row, b) =>
      row.map((old, i) => (update.chosen[b]![i] === 1 ? logProbs[b]![i]! : old)),
    ),
  };
}

function algorithmAdvantages(
  paths: readonly RewardedTrajectory[],
  refLogProbs: readonly ArrayLike<number>[],
  algorithm: RlAlgorithm,
  config: RlConfig,
): Float64Array[] {
  return algorithm.advantages(
    {
      scores: paths.map((path) => path.reward.score),
      groups: paths.map((path) => path.trajectory.questionId),
      mask: paths.map((path) => maskOf(path.trajectory)),
      stepRewards: paths.map(stepRewardRow),
      oldLogProbs: paths.map((path) => path.trajectory.oldLogProbs),
      refLogProbs: paths.map((path, i) => refLogProbs[i] ?? path.trajectory.oldLogProbs),
    },
    config,
  );
}

/** Tree advantages in standard deviations of the batch. */
function scaledTreeAdvantages({ paths, values }: RewardedBatch): Float64Array[] {
  const rows = paths.map(({ trajectory, reward }) =>
    treeAdvantages(trajectory, reward.score, values.get(trajectory.questionId)!),
  );
  let squares = 0;
  let sum = 0;
  let count = 0;
  paths.forEach(({ trajectory }, i) =>
    rows[i]!.forEach((value, t) => {
      if (trajectory.weights[t] === 0) return;
      squares += value * value;
      sum += value;
      count++;
    }),
  );
  const variance = count === 0 ? 0 : squares / count - (sum / count) ** 2;
  const scale = Math.sqrt(Math.max(variance, 1e-8));
  return rows.map((row) => row.map((value) => value / scale));
}

/** [n] 1 where an id counts at all. */
function maskOf(trajectory: Trajectory): Float64Array {
  return Float64Array.from(trajectory.weights, (weight) => (weight === 0 ? 0 : 1));
}

/** [n] rewards of the steps on the last id of each that counts. */
function stepRewardRow({ trajectory, reward }: RewardedTrajectory): Float64Array {
  const row = new Float64Array(trajectory.ids.length);
  trajectory.steps.forEach((step, k) => {
    let at = step.end - 1;
    while (at > step.start && trajectory.weights[at] === 0) at--;
    row[at]! += reward.steps[k] ?? 0;
  });
  return row;
}
