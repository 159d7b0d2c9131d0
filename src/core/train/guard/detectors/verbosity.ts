import { inPercent, inWords, type Detector } from '../detector';
import { changeOf } from '../history';

/** Growth of the steps of a path. */
const LONGER = 1.4;
/** Gain in accuracy that more steps may well have earned. */
const WORTH_IT = 0.05;

/** More steps because steps are paid: paths get longer without being right more often, and earn more by their steps than by their answer. */
export const verbosity: Detector = {
  name: 'verbosity',
  kinds: ['rl'],
  detect(history) {
    const [steps, accuracy, pay, answer] = [
      changeOf(history, 'steps'),
      changeOf(history, 'accuracy'),
      changeOf(history, 'reward.process'),
      changeOf(history, 'reward.answer'),
    ];
    if (steps === null || accuracy === null || pay === null || answer === null) return null;
    const isPaid = pay.now > Math.max(0, answer.now);
    if (steps.now < LONGER * steps.before || !isPaid || accuracy.now >= accuracy.before + WORTH_IT) return null;
    return {
      figures: [
        { metric: 'steps', before: steps.before, now: steps.now },
        { metric: 'reward.process', before: pay.before, now: pay.now },
        { metric: 'reward.answer', before: answer.before, now: answer.now },
        { metric: 'accuracy', before: accuracy.before, now: accuracy.now },
      ],
      words: `Paths have ${inWords(steps.now)} steps, ${inWords(steps.before)} at first; the steps earn ${inWords(pay.now)} and the answer ${inWords(answer.now)}; ${inPercent(accuracy.now)} of the paths are right, ${inPercent(accuracy.before)} at first.`,
    };
  },
};
