import type { Conditions, Study } from '../study';
import { JUDGE, prompted, rlConfig, STANDARD_ANSWERS, TREES, WARM_UP } from './common';

const place = (rung: string) => ({ rung, answer: 'test' });

/** The ladder: what each part of the method adds, from the untuned model up. */
export const ladder: Study = {
  id: 'ladder',
  title: 'The ladder',
  question:
    'What does each part of the method add on the embedded model, against the base at its best plain prompt and against simpler ways to spend the same tokens?',
  rungs: [
    {
      id: 'base',
      title: 'base, best plain prompt',
      from: null,
      stages: [],
      answers: STANDARD_ANSWERS.map(prompted),
    },
    TREES,
    {
      id: 'answers',
      title: 'SFT on answers only',
      from: null,
      stages: [
        {
          kind: 'examples',
          trees: 'trees',
          config: ({ plan }) => ({ ...plan.settings.examples, content: 'answers' as const }),
        },
        { kind: 'sft', config: ({ plan }) => ({ ...plan.settings.sft, form: 'plain' as const }) },
      ],
      answers: STANDARD_ANSWERS,
    },
    {
      id: 'rejection',
      title: 'rejection-sampling SFT, as many tokens as the trees',
      from: null,
      stages: [
        { kind: 'search', config: samplesConfig },
        {
          kind: 'examples',
          config: ({ plan }) => ({ ...plan.settings.examples, content: 'right-paths' as const }),
        },
        { kind: 'sft', config: ({ plan }) => ({ ...plan.settings.sft, form: 'plain' as const }) },
      ],
      answers: STANDARD_ANSWERS,
    },
    {
      id: 'rl-base',
      title: 'RL without warm-up',
      from: null,
      stages: [
        {
          kind: 'rl',
          config: (conditions) =>
            rlConfig(conditions, { exploration: 'independent', responsePrefix: conditions.bestPrompt }),
        },
      ],
      answers: STANDARD_ANSWERS.map(prompted),
    },
    {
      id: 'clean',
      title: 'warm-up on right paths alone',
      from: 'trees',
      stages: [
        {
          kind: 'examples',
          config: ({ plan }) => ({ ...plan.settings.examples, content: 'right-paths' as const }),
        },
        { kind: 'sft', config: ({ plan }) => plan.settings.sft },
      ],
      answers: STANDARD_ANSWERS,
    },
    { ...WARM_UP, answers: STANDARD_ANSWERS },
    {
      id: 'rl-samples',
      title: '+ RL, plain sampling',
      from: 'warm-up',
      stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'independent' }) }],
      answers: STANDARD_ANSWERS,
    },
    {
      id: 'rl-tree',
      title: '+ RL, tree search',
      from: 'warm-up',
      stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'tree' }) }],
      answers: STANDARD_ANSWERS,
    },
    {
      id: 'rl-shaped',
      title: '+ RL, tree search, steps rewarded by the tree',
      from: 'warm-up',
      stages: [{ kind: 'rl', config: (conditions) => rlConfig(conditions, { exploration: 'tree', reward: 'shaped' }) }],
      answers: STANDARD_ANSWERS,
    },
    JUDGE,
    {
      id: 'rl-judge',
      title: '+ RL, tree search, process reward',
      from: 'warm-up',
      stages: [
        {
          kind: 'rl',
          judge: 'judge',
          config: (conditions) => rlConfig(conditions, { exploration: 'tree', reward: 'shaped' }),
        },
      ],
      answers: STANDARD_ANSWERS,
    },
  ],
  comparisons: [
    { asks: 'Does the whole method beat the base?', first: place('base'), second: place('rl-tree') },
    { asks: 'Does the warm-up alone?', first: place('base'), second: place('warm-up') },
    { asks: 'Do merged paths beat right paths alone?', first: place('clean'), second: place('warm-up') },
    { asks: 'Does the warm-up beat rejection sampling?', first: place('rejection'), second: place('warm-up') },
    { asks: 'Does RL without warm-up beat the base?', first: place('base'), second: place('rl-base') },
    { asks: 'Does RL by plain sampling add to the warm-up?', first: place('warm-up'), second: place('rl-samples') },
    { asks: 'Does RL with the tree add to the warm-up?', first: place('warm-up'), second: place('rl-tree') },
    { asks: 'Is the tree better than plain sampling?', first: place('rl-samples'), second: place('rl-tree') },
    { asks: 'Do rewards for steps, from the tree, add to it?', first: place('rl-tree'), second: place('rl-shaped') },
    { asks: 'Does a process reward model add to the tree?', first: place('rl-tree'), second: place('rl-judge') },
  ],
  parts: [
    { kind: 'bars', answer: 'test', title: 'Right on unseen operation sequences, one greedy answer' },
    { kind: 'accuracy', answers: STANDARD_ANSWERS.map(({ id }) => id) },
    { kind: 'comparisons' },
    { kind: 'seeds', first: place('base'), seconds: ['warm-up', 'rl-samples', 'rl-tree'].map(place) },
    { kind: 'judges', rungs: ['judge'] },
    { kind: 'mending', places: ['warm-up', 'rl-samples', 'rl-tree', 'rl-shaped', 'rl-judge'].map(place) },
  ],
};

/** Bounds of the number of samples for each question. */
const MAX_SAMPLES = 256;

/** As many samples for each question as the trees took tokens for it. */
async function samplesConfig(conditions: Conditions) {
  const { plan, bestPrompt, baseTokens } = conditions;
  const trees = (await conditions.rung('trees'))?.state.runs.find(({ kind }) => kind === 'search');
  const tokens = Number(trees?.result['tokens'] ?? 0) / Math.max(1, Number(trees?.result['trees'] ?? 1));
  const numSimulations = Math.min(MAX_SAMPLES, Math.max(1, Math.round(tokens / Math.max(1, baseTokens))));
  return {
    ...plan.settings.search,
    expander: 'samples' as const,
    responsePrefix: bestPrompt,
    numSimulations,
    concurrentWalks: Math.min(64, numSimulations),
    maxAnswerTokens: Number(plan.settings.evaluate.maxNewTokens ?? 400),
    maxPathTokens: 512,
    maxQuestions: plan.searchQuestions,
  };
}
