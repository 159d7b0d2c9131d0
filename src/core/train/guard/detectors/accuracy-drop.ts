import { inPercent, type Detector } from '../detector';
import { pointsOf } from '../history';

/** Standard errors of the difference. Three, not two: the best of many measurements is always a lucky one. */
const STANDARD_ERRORS = 3;

/** Held-out accuracy has fallen below its best by more than chance explains. */
export const accuracyDrop: Detector = {
  name: 'accuracy-drop',
  kinds: ['rl'],
  detect(history) {
    const points = pointsOf(history, 'heldOutAccuracy');
    const count = pointsOf(history, 'heldOutQuestions').at(-1)?.value ?? 0;
    const now = points.at(-1)?.value;
    if (now === undefined || points.length < 2 || count === 0) return null;
    const best = Math.max(...points.slice(0, -1).map(({ value }) => value));
    const pooled = (best + now) / 2;
    if (best - now <= STANDARD_ERRORS * Math.sqrt((2 * pooled * (1 - pooled)) / count)) return null;
    return {
      figures: [{ metric: 'heldOutAccuracy', before: best, now }],
      words: `${inPercent(now)} of ${count} held-out questions are right; at best it was ${inPercent(best)}.`,
    };
  },
};
