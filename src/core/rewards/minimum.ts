import { outcomeReward } from './outcome';
import { nothing, type Reward } from './reward';

/**
 * The outcome, and η · min_k σ_k with the last step: a path is as good as its weakest step, and more steps can only lower that (Cheng 2025,
 * arXiv:2504.15275, "min-form credit assignment").
 */
export const minimum: Reward = (facts, settings) => {
  const earned = nothing(facts.steps);
  if (facts.promise !== null && facts.steps > 0)
    earned[facts.steps - 1] = settings.shapingWeight * Math.min(...facts.promise.slice(1));
  return { score: outcomeReward(facts, settings), steps: earned };
};
