import { inPercent, type Detector } from '../detector';
import { pointsOf } from '../history';

/** Iterations that the share is the mean of. */
const LOOKED_AT = 5;
/** Share of the questions whose paths all earn the same. */
const NEARLY_ALL = 0.8;

/** Rewards are all equal: almost every question has all its paths right, or all wrong, so that nothing can be learned from them. */
export const noSignal: Detector = {
  name: 'no-signal',
  kinds: ['rl'],
  detect(history) {
    const settled = pointsOf(history, 'settledShare').slice(-LOOKED_AT);
    const now = settled.reduce((sum, { value }) => sum + value, 0) / LOOKED_AT;
    if (settled.length < LOOKED_AT || now < NEARLY_ALL) return null;
    const accuracy = pointsOf(history, 'accuracy').at(-1)?.value ?? 0;
    return {
      figures: [
        { metric: 'settledShare', before: null, now },
        { metric: 'accuracy', before: null, now: accuracy },
      ],
      words: `In the last ${LOOKED_AT} iterations, ${inPercent(now)} of the questions had paths that all earn the same; ${inPercent(accuracy)} of the paths are right.`,
    };
  },
};
