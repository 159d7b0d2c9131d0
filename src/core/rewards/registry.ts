import type { RlConfig } from '../train/rl/rl-config';
import { formPenalty, lengthPenalty } from './form';
import { outcomeReward, type Outcome } from './outcome';
import { refuseReward, rewardFailed } from './reward-error';

/** What a reward may look at for one path of n steps. */
export interface RewardFacts extends Outcome {
  readonly isWellFormed: boolean;
  /** Ids of the response. */
  readonly tokens: number;
  /**
   * [n + 1] how promising the path looks at the question and after each step, in [0, 1]: a process reward model's scores, or the share of
   * reward among the leaves below. Null where nobody knows, as for answers sampled one by one.
   */
  readonly promise: readonly number[] | null;
  /** n. */
  readonly steps: number;
}

/** Reward on the last token of a path, and on the last token of each of its steps. */
export interface EarnedReward {
  readonly score: number;
  /** [n] */
  readonly steps: readonly number[];
}

/** What a path earns in all. */
export interface PathReward extends EarnedReward {
  /** What score and steps together are made of. */
  readonly parts: RewardParts;
}

/** What a path earns for its answer and its steps, and loses for form and length; together its reward. */
export type RewardParts = Readonly<Record<RewardPart, number>>;
export const REWARD_PARTS = ['answer', 'process', 'form', 'length'] as const;
export type RewardPart = (typeof REWARD_PARTS)[number];

type Reward = (facts: RewardFacts, config: Pick<RlConfig, 'wrongReward' | 'shapingWeight'>) => EarnedReward;

/** Share of the answer's value in the reward of the paper's code; the rest is its process score. */
const CODE_OUTCOME_SHARE = 0.6;

/** Rewards by name. */
export const REWARDS: Readonly<Record<RlConfig['reward'], Reward>> = {
  /** The answer alone. */
  outcome: (facts, config) => ({ score: outcomeReward(facts, config), steps: zeros(facts.steps) }),

  /**
   * r_k = η (σ_k − σ_{k−1}): steps that raise the promise earn, steps that lower it pay. The sum telescopes to η (σ_n − σ_0), so no length pays
   * off (potential-based shaping, Ng 1999).
   */
  shaped: (facts, config) => ({
    score: outcomeReward(facts, config),
    steps:
      facts.promise === null
        ? zeros(facts.steps)
        : facts.promise.slice(1).map((promise, k) => config.shapingWeight * (promise - facts.promise![k]!)),
  }),

  /** As published: σ after every step that is not the last, the outcome after the last. Pays for length; for comparison. */
  paper: (facts, config) => ({ score: outcomeReward(facts, config), steps: earlierPromise(facts) }),

  /** As in the published code: σ after every earlier step, 0.6 · right + 0.4 · σ after the last. Pays for length; for comparison. */
  code: (facts) => {
    const last = facts.promise?.at(-1) ?? Number(facts.isRight);
    return {
      score: CODE_OUTCOME_SHARE * Number(facts.isRight) + (1 - CODE_OUTCOME_SHARE) * last,
      steps: earlierPromise(facts),
    };
  },
};

/**
 * The reward that the settings name, less what form and length cost.
 * @throws WorkbenchError `reward-failed` where it throws, `reward-unusable` where it gives something else than finite numbers
 */
export function rewardOf(
  facts: RewardFacts,
  config: RlConfig,
  questionId: string,
  rewards: Readonly<Record<RlConfig['reward'], Reward>> = REWARDS,
): PathReward {
  const earned = earn(() => rewards[config.reward](facts, config), config.reward, questionId);
  const refusal = refuseReward(config.reward, questionId, earned, facts);
  if (refusal !== null) throw refusal;
  const { score, steps } = earned;
  const [form, length] = [formPenalty(facts.isWellFormed, config), lengthPenalty(facts.tokens, config)];
  return {
    score: score - form - length,
    steps,
    parts: { answer: score, process: steps.reduce((sum, step) => sum + step, 0), form: -form, length: -length },
  };
}

function earn(reward: () => EarnedReward, name: string, questionId: string): EarnedReward {
  try {
    return reward();
  } catch (cause) {
    throw rewardFailed(name, questionId, cause);
  }
}

function earlierPromise({ promise, steps }: RewardFacts): number[] {
  return promise === null ? zeros(steps) : [...promise.slice(1, -1), 0];
}

function zeros(count: number): number[] {
  return Array.from({ length: count }, () => 0);
}
