import { outcomeReward } from './outcome';
import { earlierPromise, type Reward } from './reward';

/** As published: σ after every step that is not the last, the outcome after the last. Pays for length; for comparison. */
export const paper: Reward = (facts, settings) => ({
  score: outcomeReward(facts, settings),
  steps: earlierPromise(facts),
});
