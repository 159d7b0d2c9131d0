import { translated } from '../../../lib/language';
import type { DetectorName } from '@contracts/run-events';

interface Way {
  readonly title: string;
  /** What is going on, for somebody who has never seen it. */
  readonly meaning: string;
  /** What a new run from an earlier state does otherwise. */
  readonly change: string;
}

const WAYS: Readonly<Record<DetectorName, Way>> = {
  'not-finite': {
    title: 'A figure is no number any more',
    meaning:
      'An update was too large, and the arithmetic ran out of range. The weights are as they were before that update.',
    change: 'with a tenth of the learning rate',
  },
  'loss-explosion': {
    title: 'The loss is exploding',
    meaning: 'Each update makes the model worse instead of better, most often because the steps are too large.',
    change: 'with a tenth of the learning rate',
  },
  'kl-explosion': {
    title: 'The model runs away from where it began',
    meaning:
      'KL tells how far the model has moved from its start. It has grown so fast that the model is forgetting what it could do.',
    change: 'with a third of the learning rate, held closer to the start',
  },
  'no-signal': {
    title: 'Nearly all questions are without signal',
    meaning:
      'The model learns from differences between paths of the same question. Nearly all questions now have paths that are all right, or all wrong, so there is nothing to learn from.',
    change: 'sampling more freely, so that paths differ; harder or easier questions help too',
  },
  'token-collapse': {
    title: 'The functional tokens are collapsing',
    meaning:
      'One kind of step takes over, or several kinds are hardly used any more: the model no longer reasons in the way that it was taught.',
    change: 'with a third of the learning rate, held closer to the start',
  },
  'length-collapse': {
    title: 'Answers shrink, and fewer are right',
    meaning: 'The model leaves out steps that it needs.',
    change: 'with a third of the learning rate, and without a price on length',
  },
  'runaway-length': {
    title: 'Answers run on until they are cut',
    meaning: 'The model does not come to an end any more; a cut answer counts as none.',
    change: 'with a third of the learning rate, held closer to the start',
  },
  verbosity: {
    title: 'Steps are made for the sake of steps',
    meaning:
      'The reward pays for every promising step, and the model has found that more steps pay more. Answers do not get better by it.',
    change: 'with the shaped reward, which pays for progress and not for length',
  },
  'accuracy-drop': {
    title: 'Held-out accuracy has fallen',
    meaning:
      'On questions that it is not trained on, the model is worse than it has been in this run, by more than chance explains.',
    change: 'with a third of the learning rate, held closer to the start',
  },
};

/** Words of the guard: what it sees, and what can be done. */
export const texts = translated('guard', {
  ways: WAYS,
  label: 'The guard',
  sinceStep: (step: number) => `Seen at step ${step}.`,
  change: (before: string, now: string) => `${before} at first, now ${now}`,
  goOn: 'Go on',
  pause: 'Pause',
  rollBack: (place: string) => `Roll back to ${place}`,
  bestAt: (step: number) => `the best checkpoint, step ${step}`,
  start: 'where it began',
  rollBackHelp: (change: string) =>
    `Rolling back opens a new run from there, ${change}. Its weights go on from that checkpoint; the optimiser begins anew, so the first updates are feeling their way. This run and its figures stay.`,
  others: (count: number) => (count === 1 ? 'One more notice of the guard' : `${count} more notices of the guard`),
  answers: { goOn: 'went on', paused: 'paused', rolledBack: 'rolled back' },
  stopped: 'The run has been paused for you to decide.',
});
