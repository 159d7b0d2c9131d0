import type { Study } from '../study';
import { greedy, prompted, rlConfig, TREES, WARM_UP } from './common';

const ANSWERS = [greedy('test', 'questions never trained on', 200)];
const place = (rung: string) => ({ rung, answer: 'test' });

/** The road on a model and questions of the person; run where both are named. */
export const real: Study = {
  id: 'real',
  title: 'A real model',
  question:
    'What does the road do to a small instruct model on real questions, within the hours given to it? Settings are those of `npm run demo:real`.',
  rungs: [
    { id: 'base', title: 'base, asked plainly', from: null, stages: [], answers: ANSWERS.map(prompted) },
    TREES,
    { ...WARM_UP, answers: ANSWERS },
    {
      id: 'rl-tree',
      title: '+ RL, tree search',
      from: 'warm-up',
      stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'tree', reward: 'shaped' }) }],
      answers: ANSWERS,
    },
  ],
  comparisons: [
    { asks: 'Does the warm-up help?', first: place('base'), second: place('warm-up') },
    { asks: 'Does RL add to it?', first: place('warm-up'), second: place('rl-tree') },
    { asks: 'Does the whole road help?', first: place('base'), second: place('rl-tree') },
  ],
  parts: [
    { kind: 'bars', answer: 'test', title: 'Right on questions never trained on, one greedy answer' },
    { kind: 'accuracy', answers: ['test'] },
    { kind: 'comparisons' },
    { kind: 'mending', places: ['warm-up', 'rl-tree'].map(place) },
  ],
};
