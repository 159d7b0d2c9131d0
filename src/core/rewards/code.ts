import { earlierPromise, type Reward } from './reward';

/** Share of the answer's value in the reward of the paper's code; the rest is its process score. */
const OUTCOME_SHARE = 0.6;

/** As in the published code: σ after every earlier step, 0.6 · right + 0.4 · σ after the last. Pays for length; for comparison. */
export const code: Reward = (facts) => {
  const last = facts.promise?.at(-1) ?? Number(facts.isRight);
  return {
    score: OUTCOME_SHARE * Number(facts.isRight) + (1 - OUTCOME_SHARE) * last,
    steps: earlierPromise(facts),
  };
};
