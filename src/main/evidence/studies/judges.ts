import type { Rung, Study } from '../study';
import { TREES } from './common';

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

/** How well a model of this size judges the steps of its own trees. */
export const judges: Study = {
  id: 'judges',
  title: 'Judging steps',
  question:
    'How well does a process reward model of the embedded model’s size judge the steps of trees that the base grew, on questions it has not learned from, and does it matter whether a step is labelled by the share of right walks or by whether there was one?',
  rungs: [
    TREES,
    judge('soft', 'labels by the share of right walks'),
    judge('hard', 'labels by whether any walk was right'),
  ],
  comparisons: [],
  parts: [
    { kind: 'judges', rungs: ['soft', 'hard'] },
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
