import { outcomeReward } from './outcome';
import { nothing, type Reward } from './reward';

/**
 * r_k = η (σ_k − σ_{k−1}): steps that raise the promise earn, steps that lower it pay. The sum telescopes to η (σ_n − σ_0), so no length pays
 * off (potential-based shaping, Ng 1999).
 */
export const shaped: Reward = (facts, settings) => {
  const { promise, steps } = facts;
  return {
    score: outcomeReward(facts, settings),
    steps:
      promise === null
        ? nothing(steps)
        : promise.slice(1).map((each, k) => settings.shapingWeight * (each - promise[k]!)),
  };
};
