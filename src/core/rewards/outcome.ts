import { nothing, type Outcome, type Reward, type RewardSettings } from './reward';

/** 1 for a right answer, the set reward for a wrong one, 0 for none. */
export function outcomeReward(
  { answer, isRight }: Outcome,
  { wrongReward }: Pick<RewardSettings, 'wrongReward'>,
): number {
  return isRight ? 1 : answer === null ? 0 : wrongReward;
}

/** The answer alone. */
export const outcome: Reward = (facts, settings) => ({
  score: outcomeReward(facts, settings),
  steps: nothing(facts.steps),
});
