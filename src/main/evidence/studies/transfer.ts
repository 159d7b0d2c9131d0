import type { Study } from '../study';
import { greedy, prompted, rlConfig, TREES, WARM_UP } from './common';

const ANSWERS = [greedy('validation', 'validation questions', 300), greedy('test', 'questions never trained on', 500)];
const place = (rung: string) => ({ rung, answer: 'test' });

/** The road on another family of tasks, with the settings of the demo as they are. */
export const transfer: Study = {
  id: 'transfer',
  title: 'Transfer',
  question:
    'Does the method carry over to tasks that are not mathematics, with the same eight tokens and the settings of the demo untouched? Things lie in a row of four, and turns of three exchanges of two places each are made; the answer is the row at the end. The embedded model has never seen such tasks, so before anything is measured it reads plain lessons of that family: worked solutions, and checks and corrections on request, without a functional token. “Base” is the model after these lessons.',
  rungs: [
    {
      id: 'base',
      title: 'base after lessons, best plain prompt',
      from: null,
      stages: [],
      answers: ANSWERS.map(prompted),
    },
    TREES,
    {
      id: 'clean',
      title: 'warm-up on right paths alone',
      from: 'trees',
      stages: [
        { kind: 'examples', config: ({ plan }) => ({ ...plan.settings.examples, content: 'right-paths' as const }) },
        { kind: 'sft', config: ({ plan }) => plan.settings.sft },
      ],
      answers: ANSWERS,
    },
    { ...WARM_UP, answers: ANSWERS },
    {
      id: 'rl-tree',
      title: '+ RL, tree search',
      from: 'warm-up',
      stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'tree' }) }],
      answers: ANSWERS,
    },
  ],
  comparisons: [
    { asks: 'Does the warm-up beat the base?', first: place('base'), second: place('warm-up') },
    { asks: 'Do merged paths beat right paths alone?', first: place('clean'), second: place('warm-up') },
    { asks: 'Does RL with the tree add to the warm-up?', first: place('warm-up'), second: place('rl-tree') },
    { asks: 'Does the whole method beat the base?', first: place('base'), second: place('rl-tree') },
  ],
  parts: [
    { kind: 'bars', answer: 'test', title: 'Right on rows never trained on, one greedy answer' },
    { kind: 'accuracy', answers: ANSWERS.map(({ id }) => id) },
    { kind: 'comparisons' },
  ],
};
