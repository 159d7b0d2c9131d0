import { inWords, type Detector } from '../detector';
import { RECENT, pointsOf } from '../history';

/** The loss of a sound fine-tuning never climbs far above where it began. */
const ABOVE_START = 2;
/** Nor far above the lowest it has been, over several updates at once. */
const ABOVE_BEST = 2.5;
/** Nats; below it, a multiple of almost nothing is still almost nothing. */
const LEAST_RISE = 0.5;

/** Loss far above both where it began and where it has been, for several updates running. */
export const lossExplosion: Detector = {
  name: 'loss-explosion',
  kinds: ['sft'],
  detect(history) {
    const points = pointsOf(history, 'loss');
    const values = points.map(({ value }) => value);
    const [start] = values;
    if (start === undefined || values.length <= RECENT) return null;
    const best = Math.min(...values.slice(0, -RECENT));
    // The least of the recent ones: a single hard batch is no explosion.
    const now = Math.min(...values.slice(-RECENT));
    const hasExploded = now > ABOVE_START * start || (now > ABOVE_BEST * best && now > start);
    if (!hasExploded || now - best < LEAST_RISE) return null;
    return {
      figures: [{ metric: 'loss', before: best, now }],
      words: `The loss has been above ${inWords(now)} for ${RECENT} updates; it had come down to ${inWords(best)}.`,
    };
  },
};
