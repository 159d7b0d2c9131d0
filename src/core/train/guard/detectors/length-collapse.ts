import { inPercent, inWords, type Detector } from '../detector';
import { changeOf } from '../history';

/** What is left of the length. A model that gives checks up that it did not need also gets shorter, by a third, and is right as often. */
const SHORT = 0.75;
/** Loss of accuracy that says that what was left out was needed; questions differ by less from one iteration to the next. */
const LOSS = 0.25;
/** So little is left that it needs no loss to be wrong, unless accuracy rose by that much. */
const NOTHING_LEFT = 0.3;
const WORTH_IT = 0.05;

/** Answers shrink, and with them the share that is right. */
export const lengthCollapse: Detector = {
  name: 'length-collapse',
  kinds: ['rl'],
  detect(history) {
    const [length, accuracy] = [changeOf(history, 'length'), changeOf(history, 'accuracy')];
    if (length === null || accuracy === null) return null;
    const isCostly = length.now < SHORT * length.before && accuracy.now < accuracy.before - LOSS;
    const isEmpty = length.now < NOTHING_LEFT * length.before && accuracy.now < accuracy.before + WORTH_IT;
    if (!isCostly && !isEmpty) return null;
    return {
      figures: [
        { metric: 'length', before: length.before, now: length.now },
        { metric: 'accuracy', before: accuracy.before, now: accuracy.now },
      ],
      words: `Answers have ${inWords(length.now)} tokens, ${inWords(length.before)} at first, and ${inPercent(accuracy.now)} are right, ${inPercent(accuracy.before)} at first.`,
    };
  },
};
