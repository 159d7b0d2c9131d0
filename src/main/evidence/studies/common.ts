import type { AnswerWish, Conditions, Rung, SetName } from '../study';

/** One greedy answer to each question, asked as trained. */
export function greedy(set: SetName, title: string, questions: number): AnswerWish {
  return { id: set, title, set, questions, config: ({ plan }) => plan.settings.evaluate };
}

/** The same with the base's best plain prompt, for models that were not tuned to answer without. */
export function prompted(wish: AnswerWish): AnswerWish {
  return {
    ...wish,
    config: async (conditions) => ({ ...(await wish.config(conditions)), responsePrefix: conditions.bestPrompt }),
  };
}

/** In distribution, then out of it: operation sequences never trained on, more operations, larger numbers. */
export const STANDARD_ANSWERS: readonly AnswerWish[] = [
  greedy('validation', 'seen kinds of questions', 300),
  greedy('test', 'unseen sequences', 500),
  greedy('deep', 'more operations', 200),
  greedy('big', 'larger numbers', 200),
];

/** Only the questions that the comparisons are made on. */
export const TEST_ANSWER: readonly AnswerWish[] = STANDARD_ANSWERS.filter(({ id }) => id === 'test');

/** The embedded model with tokens, and the trees that the prompted search grows. */
export const TREES: Rung = {
  id: 'trees',
  title: 'Trees',
  from: null,
  isHidden: true,
  stages: [
    { kind: 'tokens', config: ({ plan }) => plan.settings.tokens },
    {
      kind: 'search',
      config: ({ plan }) => ({ ...plan.settings.search, maxQuestions: plan.searchQuestions }),
    },
  ],
  answers: [],
};

/** The road's fine-tuning, on merged paths. */
export const WARM_UP: Rung = {
  id: 'warm-up',
  title: 'warm-up on merged paths',
  from: 'trees',
  stages: [
    { kind: 'examples', config: ({ plan }) => plan.settings.examples },
    { kind: 'sft', config: ({ plan }) => plan.settings.sft },
  ],
  answers: [],
};

/** Trees of the fine-tuned model itself, and a process reward model that learns from them. */
export const JUDGE: Rung = {
  id: 'judge',
  title: 'process reward model',
  from: 'warm-up',
  isHidden: true,
  stages: [
    {
      kind: 'search',
      config: ({ plan }) => ({
        ...plan.settings.search,
        expander: 'sampled' as const,
        numSimulations: 16,
        maxStepTokens: 96,
        maxPathTokens: 512,
        rootDirectAnswer: false,
        avoidDirectAnswer: false,
        maxQuestions: plan.rlQuestions,
      }),
    },
    {
      kind: 'prm',
      config: ({ seed, isQuick }) => ({
        learningRate: 3e-4,
        epochs: isQuick ? 1 : 3,
        maxUpdates: isQuick ? 20 : 600,
        maxTokens: 512,
        validateEvery: 100,
        checkpointEvery: 100,
        seed,
      }),
    },
  ],
  answers: [],
};

/** The road's RL settings, with the outcome alone as reward unless told. */
export function rlConfig({ plan }: Conditions, more: object = {}) {
  return { ...plan.settings.rl, reward: 'outcome' as const, maxQuestions: plan.rlQuestions, ...more };
}
