import type { AnswerWish, Study } from '../study';
import { greedy, JUDGE, prompted, TREES, WARM_UP } from './common';

/** Questions of the study: each is answered up to 64 times. */
const QUESTIONS = 200;
const MOST = 32;

const samples: AnswerWish = {
  id: 'samples',
  title: 'samples and a vote',
  set: 'test',
  questions: QUESTIONS,
  config: ({ plan, isQuick }) => ({
    ...plan.settings.evaluate,
    mode: 'samples',
    numSimulations: isQuick ? 4 : MOST,
    concurrentQuestions: 8,
  }),
};

/** The same samples and trees, with a process reward model to choose by. */
const judged = (wish: AnswerWish): AnswerWish => ({
  ...wish,
  id: `${wish.id}-judged`,
  title: wish.title.replace('a vote', 'a judged vote'),
  judge: 'judge',
  config: async (conditions) => ({ ...(await wish.config(conditions)), choice: 'process-vote' as const }),
});

const search: AnswerWish = {
  id: 'search',
  title: 'tree search and a vote',
  set: 'test',
  questions: QUESTIONS,
  config: ({ plan, isQuick }) => ({
    ...plan.settings.evaluate,
    mode: 'search',
    numSimulations: isQuick ? 4 : MOST,
    maxStepTokens: 96,
    concurrentQuestions: 64,
  }),
};

/** Fewer questions and walks: nothing is shared, so every token takes its full time. */
const APART_QUESTIONS = 50;
const APART_MOST = 8;

const apart: AnswerWish = {
  ...search,
  id: 'apart',
  title: `rStar-like: separate calls, at most ${APART_MOST} walks`,
  questions: APART_QUESTIONS,
  config: async (conditions) => ({
    ...(await search.config(conditions)),
    sharing: 'separate' as const,
    numSimulations: conditions.isQuick ? 2 : APART_MOST,
  }),
};

/** The same search and budget with everything shared, on the same questions. */
const beside: AnswerWish = {
  ...apart,
  id: 'beside-apart',
  title: `tree search, at most ${APART_MOST} walks`,
  config: async (conditions) => ({ ...(await apart.config(conditions)), sharing: 'shared' as const }),
};

/** What tokens buy at inference. */
export const efficiency: Study = {
  id: 'efficiency',
  title: 'Search efficiency',
  question:
    'What does accuracy cost in generated tokens: one greedy answer, self-consistency (vote over samples), best-of-n (the surest sample), tree search with the same choices, and a search like rStar’s, which writes every step below an expanded one in a call of its own and shares nothing?',
  rungs: [
    {
      id: 'base',
      title: 'base, best plain prompt',
      from: null,
      stages: [],
      answers: [prompted(greedy('test', 'one greedy answer', QUESTIONS)), prompted(samples)],
    },
    TREES,
    { ...WARM_UP, isHidden: true },
    JUDGE,
    {
      id: 'tuned',
      title: 'after the warm-up',
      from: 'warm-up',
      stages: [],
      answers: [
        greedy('test', 'one greedy answer', QUESTIONS),
        samples,
        search,
        judged(samples),
        judged(search),
        beside,
        apart,
      ],
    },
  ],
  comparisons: [
    {
      asks: 'Does a vote over samples beat one greedy answer?',
      first: { rung: 'tuned', answer: 'test' },
      second: { rung: 'tuned', answer: 'samples' },
    },
    {
      asks: 'Does tree search beat one greedy answer?',
      first: { rung: 'tuned', answer: 'test' },
      second: { rung: 'tuned', answer: 'search' },
    },
    {
      asks: 'Does a judged vote over trees beat a plain one?',
      first: { rung: 'tuned', answer: 'search' },
      second: { rung: 'tuned', answer: 'search-judged' },
    },
    {
      asks: 'Does tree search beat as many samples?',
      first: { rung: 'tuned', answer: 'samples' },
      second: { rung: 'tuned', answer: 'search' },
    },
    {
      asks: 'Does a search without sharing answer otherwise, walk for walk?',
      first: { rung: 'tuned', answer: 'beside-apart' },
      second: { rung: 'tuned', answer: 'apart' },
    },
  ],
  parts: [
    {
      kind: 'curves',
      places: [
        { rung: 'base', answer: 'samples' },
        { rung: 'tuned', answer: 'samples-judged' },
        { rung: 'tuned', answer: 'search-judged' },
        { rung: 'tuned', answer: 'apart' },
      ],
      title: 'Right by vote against tokens written for a question',
    },
    {
      kind: 'costs',
      places: ['test', 'samples', 'search', 'samples-judged', 'search-judged', 'beside-apart', 'apart'].map(
        (answer) => ({
          rung: 'tuned',
          answer,
        }),
      ),
    },
    { kind: 'accuracy', answers: ['test', 'samples', 'search', 'samples-judged', 'search-judged'] },
    { kind: 'comparisons' },
  ],
};
