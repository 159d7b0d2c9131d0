import { inPercent, inWords, type Detector } from '../detector';
import { changeOf } from '../history';

/** Share of the paths that a limit cuts. */
const MANY_CUT = 0.4;
/** Growth of that share. */
const LEAST_GROWTH = 0.25;

/** Answers grow until the limit cuts them before they come to an end. */
export const runawayLength: Detector = {
  name: 'runaway-length',
  kinds: ['rl'],
  detect(history) {
    const [cut, length] = [changeOf(history, 'truncatedShare'), changeOf(history, 'length')];
    if (cut === null || length === null) return null;
    if (cut.now < MANY_CUT || cut.now - cut.before < LEAST_GROWTH) return null;
    return {
      figures: [
        { metric: 'truncatedShare', before: cut.before, now: cut.now },
        { metric: 'length', before: length.before, now: length.now },
      ],
      words: `${inPercent(cut.now)} of the answers are cut, ${inPercent(cut.before)} at first; they have ${inWords(length.now)} tokens, ${inWords(length.before)} at first.`,
    };
  },
};
