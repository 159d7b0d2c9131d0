import { code } from './code';
import { form } from './form';
import { length } from './length';
import { minimum } from './minimum';
import { outcome } from './outcome';
import { paper } from './paper';
import { refuseDeduction, refuseReward, rewardFailed } from './reward-error';
import type { Deduction, EarnedReward, Reward, RewardFacts, RewardSettings } from './reward';
import { shaped } from './shaped';

/** Rewards by name; a new one is a file and a row. The settings offer what stands here. */
export const REWARDS = { outcome, shaped, minimum, paper, code } as const satisfies Readonly<Record<string, Reward>>;
export type RewardName = keyof typeof REWARDS;
export const REWARD_NAMES = Object.keys(REWARDS) as [RewardName, ...RewardName[]];

/** What is taken off whichever reward it is; a new one is a file and a row. */
export const DEDUCTIONS = { form, length } as const satisfies Readonly<Record<string, Deduction>>;
type DeductionName = keyof typeof DEDUCTIONS;
const DEDUCTION_NAMES = Object.keys(DEDUCTIONS) as readonly DeductionName[];

/** What a path earns for its answer and its steps, and loses for form and length; together its reward. */
export const REWARD_PARTS = ['answer', 'process', ...DEDUCTION_NAMES] as const;
export type RewardPart = (typeof REWARD_PARTS)[number];
export type RewardParts = Readonly<Record<RewardPart, number>>;

/** What a path earns in all. */
export interface PathReward extends EarnedReward {
  /** What score and steps together are made of. */
  readonly parts: RewardParts;
}

/** What gives rewards and takes from them. */
export interface RewardTables {
  readonly rewards: Readonly<Record<RewardName, Reward>>;
  readonly deductions: Readonly<Record<DeductionName, Deduction>>;
}

/**
 * The reward that the settings name, less what is taken off.
 * @throws WorkbenchError `reward-failed` where a part of it throws, `reward-unusable` where one gives something else than finite numbers
 */
export function rewardOf(
  facts: RewardFacts,
  config: RewardSettings & { readonly reward: RewardName },
  questionId: string,
  { rewards, deductions }: RewardTables = { rewards: REWARDS, deductions: DEDUCTIONS },
): PathReward {
  const { score, steps } = attempt(config.reward, questionId, () => rewards[config.reward](facts, config));
  const refusal = refuseReward(config.reward, questionId, { score, steps }, facts);
  if (refusal !== null) throw refusal;
  const taken = DEDUCTION_NAMES.map((name): readonly [DeductionName, number] => {
    const value = attempt(name, questionId, () => deductions[name](facts, config));
    const unusable = refuseDeduction(name, questionId, value, facts);
    if (unusable !== null) throw unusable;
    return [name, value];
  });
  // Object.fromEntries forgets the names, which are those of the table.
  const off = Object.fromEntries(taken.map(([name, value]) => [name, -value])) as Record<DeductionName, number>;
  return {
    score: taken.reduce((rest, [, value]) => rest - value, score),
    steps,
    parts: { answer: score, process: steps.reduce((sum, step) => sum + step, 0), ...off },
  };
}

function attempt<T>(name: string, questionId: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw rewardFailed(name, questionId, cause);
  }
}
