import { REMOVABLE_ROLES } from '@core/eval/evaluate-config';
import type { AnswerWish, Rung, Study } from '../study';
import { rlConfig, TEST_ANSWER, TREES, WARM_UP } from './common';

/** As in the window's evaluation: a role is left out, whatever its tokens are called. */
const REMOVED = REMOVABLE_ROLES;
const without = (name: (typeof REMOVED)[number]): AnswerWish => ({
  id: `without-${name}`,
  title: `without ${name}`,
  set: 'test',
  questions: 500,
  config: ({ plan }) => ({ ...plan.settings.evaluate, withoutToken: name }),
});

const tree: Rung = {
  id: 'rl-tree',
  title: 'RL as in the road',
  from: 'warm-up',
  stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'tree' }) }],
  answers: [...TEST_ANSWER, ...REMOVED.map(without)],
};

/** RL with one setting moved. */
function swept(id: string, title: string, change: object): Rung {
  return {
    id,
    title,
    from: 'warm-up',
    stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'tree', ...change }) }],
    answers: TEST_ANSWER,
  };
}

/** The warm-up on examples of fewer kinds of steps. */
function withKinds(stepKinds: 'work' | 'steps', title: string): Rung {
  return {
    id: `kinds-${stepKinds}`,
    title,
    from: 'trees',
    stages: [
      { kind: 'examples', config: ({ plan }) => ({ ...plan.settings.examples, stepKinds }) },
      { kind: 'sft', config: ({ plan }) => plan.settings.sft },
    ],
    answers: TEST_ANSWER,
  };
}

/** The warm-up on trees of another number of walks. */
function withWalks(numSimulations: number): Rung {
  return {
    id: `walks-${numSimulations}`,
    title: `warm-up on trees of ${numSimulations} walks (8)`,
    from: null,
    stages: [
      { kind: 'tokens', config: ({ plan }) => plan.settings.tokens },
      {
        kind: 'search',
        config: ({ plan }) => ({ ...plan.settings.search, numSimulations, maxQuestions: plan.searchQuestions }),
      },
      { kind: 'examples', config: ({ plan }) => plan.settings.examples },
      { kind: 'sft', config: ({ plan }) => plan.settings.sft },
    ],
    answers: TEST_ANSWER,
  };
}

/** What the single parts are worth: one is taken away or moved, the rest stays. */
export const ablations: Study = {
  id: 'ablations',
  title: 'Ablations',
  question:
    'What is each functional token worth to the trained model, and how much do the number of kinds of steps, the budget of the search, the exploration weight and the clip matter?',
  rungs: [
    TREES,
    { ...WARM_UP, answers: TEST_ANSWER },
    withKinds('work', 'warm-up without planning: five kinds of steps (8)'),
    withKinds('steps', 'warm-up on steps alone: three kinds (8)'),
    withWalks(2),
    withWalks(16),
    tree,
    swept('c-0.5', 'exploration weight 0.5 (2)', { explorationWeight: 0.5 }),
    swept('c-8', 'exploration weight 8 (2)', { explorationWeight: 8 }),
    swept('clip-0.05', 'clip 0.05 (0.2), in four updates', { clipLow: 0.05, clipHigh: 0.05, pathsPerUpdate: 64 }),
    swept('clip-0.2', 'clip 0.2, in four updates', { pathsPerUpdate: 64 }),
    swept('clip-0.5', 'clip 0.5 (0.2), in four updates', { clipLow: 0.5, clipHigh: 0.5, pathsPerUpdate: 64 }),
  ],
  comparisons: [
    ...REMOVED.map((name) => ({
      asks: `Is ${name} missed?`,
      first: { rung: 'rl-tree', answer: `without-${name}` },
      second: { rung: 'rl-tree', answer: 'test' },
    })),
    ...['kinds-work', 'kinds-steps', 'walks-2', 'walks-16'].map((rung) => ({
      asks: `Is the warm-up better with ${rung.replace('-', ' = ')}?`,
      first: { rung: 'warm-up', answer: 'test' },
      second: { rung, answer: 'test' },
    })),
    ...['c-0.5', 'c-8', 'clip-0.05', 'clip-0.2', 'clip-0.5'].map((rung) => ({
      asks: `Is it better with ${rung.replace('-', ' = ')}?`,
      first: { rung: 'rl-tree', answer: 'test' },
      second: { rung, answer: 'test' },
    })),
  ],
  parts: [
    { kind: 'accuracy', answers: ['test', ...REMOVED.map((name) => `without-${name}`)] },
    { kind: 'comparisons' },
  ],
};
