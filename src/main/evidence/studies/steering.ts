import type { AnswerWish, Conditions, Rung, Study } from '../study';
import { JUDGE, TREES, WARM_UP } from './common';

const QUESTIONS = 200;

const search = (id: string, title: string, leafValues: 'agreement' | 'judge'): AnswerWish => ({
  id,
  title,
  set: 'test',
  questions: QUESTIONS,
  judge: 'judge',
  config: ({ plan, isQuick }) => ({
    ...plan.settings.evaluate,
    mode: 'search',
    choice: 'process-vote',
    leafValues,
    numSimulations: isQuick ? 4 : 16,
    maxStepTokens: 96,
    concurrentQuestions: 64,
  }),
});

/** Trees of questions that nothing was trained on, grown by the tuned model knowing the right answers, as for training data. */
function grown(id: string, title: string, more: (conditions: Conditions) => object): Rung {
  return {
    id,
    title,
    from: 'warm-up',
    stages: [
      {
        kind: 'search',
        judge: 'judge',
        questions: 'validation',
        config: (conditions) => ({
          ...conditions.plan.settings.search,
          expander: 'sampled' as const,
          maxStepTokens: 96,
          maxPathTokens: 512,
          rootDirectAnswer: false,
          avoidDirectAnswer: false,
          maxQuestions: conditions.isQuick ? 10 : 150,
          ...more(conditions),
        }),
      },
    ],
    answers: [],
  };
}

/** What a process reward model is worth inside a search. */
export const steering: Study = {
  id: 'steering',
  title: 'A judge in the search',
  question:
    'Is a process reward model worth more inside the search than beside it: as what finished answers are worth, where nobody knows the right one, and as the value of unfinished paths in the place of rollouts?',
  rungs: [
    TREES,
    { ...WARM_UP, isHidden: true },
    JUDGE,
    {
      id: 'tuned',
      title: 'after the warm-up',
      from: 'warm-up',
      stages: [],
      answers: [
        search('agreement', 'steered by agreement', 'agreement'),
        search('steered', 'steered by the judge', 'judge'),
      ],
    },
    grown('rollouts', 'rollouts, 8 walks', ({ isQuick }) => ({ numSimulations: isQuick ? 4 : 8 })),
    grown('judged', 'the judge values each new step, 48 walks', ({ isQuick }) => ({
      numSimulations: isQuick ? 12 : 48,
      stepValues: 'judge' as const,
    })),
  ],
  comparisons: [
    {
      asks: 'Does steering by the judge beat steering by agreement?',
      first: { rung: 'tuned', answer: 'agreement' },
      second: { rung: 'tuned', answer: 'steered' },
    },
  ],
  parts: [
    { kind: 'judges', rungs: ['judge'] },
    {
      kind: 'costs',
      places: ['agreement', 'steered'].map((answer) => ({ rung: 'tuned', answer })),
    },
    { kind: 'comparisons' },
    { kind: 'trees', rungs: ['rollouts', 'judged'] },
  ],
};
