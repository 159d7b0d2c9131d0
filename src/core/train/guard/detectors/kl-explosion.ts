import { inWords, type Detector } from '../detector';
import { RECENT, pointsOf } from '../history';

/** Nats per token. A model that has learned from RL usually stays within a few tenths of where it began. */
const FAR = 0.5;
/** How many times the median of before. */
const FACTOR = 4;
/** Nats per token at which nothing is left of the starting model, whatever came before. */
const LOST = 1.5;

/** The model runs away from where it began: the divergence is large, and has grown fast. The estimate is heavy-tailed, hence medians. */
export const klExplosion: Detector = {
  name: 'kl-explosion',
  kinds: ['rl'],
  detect(history) {
    const values = pointsOf(history, 'kl').map(({ value }) => value);
    if (values.length < RECENT) return null;
    const now = median(values.slice(-RECENT));
    const earlier = values.slice(0, -RECENT);
    const before = earlier.length === 0 ? null : median(earlier);
    const isFast = before !== null && now > FACTOR * before;
    if (!(now > LOST || (now > FAR && isFast))) return null;
    return {
      figures: [{ metric: 'kl', before, now }],
      words: `The model is ${inWords(now)} nats per token away from where it began${before === null ? '' : `; the median before was ${inWords(before)}`}.`,
    };
  },
};

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
