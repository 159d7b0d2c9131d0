import type { Rung, Study } from '../study';
import { JUDGE, TREES, WARM_UP } from './common';

/** A process reward model from the base's own trees, with one kind of label. */
function judge(labels: 'soft' | 'hard', title: string): Rung {
  return {
    id: labels,
    title,
    from: 'trees',
    stages: [
      {
        kind: 'prm',
        config: ({ seed, isQuick }) => ({
          labels,
          learningRate: 3e-4,
          epochs: 1,
          batchSize: 16,
          maxUpdates: isQuick ? 20 : 60,
          maxTokens: 512,
          validationShare: 0.05,
          validateEvery: 30,
          checkpointEvery: 30,
          seed,
        }),
      },
    ],
    answers: [],
  };
}

/** A judge that goes by its own surprise: only its head and six numbers learn. */
function surprised(id: string, title: string, from: string): Rung {
  return {
    id,
    title,
    from,
    stages: [
      {
        kind: 'prm',
        config: ({ seed, isQuick }) => ({
          basis: 'surprise' as const,
          learningRate: 1e-3,
          epochs: 1,
          maxUpdates: isQuick ? 10 : 60,
          maxTokens: 512,
          validateEvery: 60,
          checkpointEvery: 30,
          seed,
        }),
      },
    ],
    answers: [],
  };
}

/** How well a model of this size judges the steps of its own trees. */
export const judges: Study = {
  id: 'judges',
  title: 'Judging steps',
  question:
    'How well does a process reward model of the embedded model’s size judge the steps of trees that the base grew, on questions it has not learned from, does it matter whether a step is labelled by the share of right walks or by whether there was one, and does it help to ask the model how surprised it is by the step?',
  rungs: [
    TREES,
    judge('soft', 'labels by the share of right walks'),
    judge('hard', 'labels by whether any walk was right'),
    surprised('surprise', 'by surprise, on the same trees', 'trees'),
    { ...WARM_UP, isHidden: true },
    { ...JUDGE, title: 'after the warm-up, on its own trees', isHidden: false },
    surprised('surprise-tuned', 'by surprise, after the warm-up, on its own trees', 'judge'),
  ],
  comparisons: [],
  parts: [
    { kind: 'judges', rungs: ['soft', 'hard', 'surprise', 'judge', 'surprise-tuned'] },
    {
      kind: 'series',
      metrics: [
        { metric: 'validationLoss', title: 'Loss on held-out steps, nats', x: 'update' },
        {
          metric: 'reliabilityOutcome',
          title: 'Right walks found in each tenth of the judgement',
          x: 'tenth of the judgement',
        },
        { metric: 'rocHits', title: 'Good steps found against false alarms', x: 'false alarms, %' },
      ],
    },
  ],
};
