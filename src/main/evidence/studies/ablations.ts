import { FUNCTIONAL_TOKEN_NAMES } from '@core/tokens/functional-tokens';
import type { AnswerWish, Rung, Study } from '../study';
import { rlConfig, TEST_ANSWER, TREES, WARM_UP } from './common';

const REMOVED = FUNCTIONAL_TOKEN_NAMES.filter((name) => name !== 'output');
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

/** What the single parts are worth: one is taken away or moved, the rest stays. */
export const ablations: Study = {
  id: 'ablations',
  title: 'Ablations',
  question:
    'What is each functional token worth to the trained model, and how much do the exploration weight and the clip matter?',
  rungs: [
    TREES,
    { ...WARM_UP, isHidden: true },
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
