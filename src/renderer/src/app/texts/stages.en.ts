import { translated } from '../../lib/language';

/** Each stop of the road: its name in the rail, one sentence of what it does, and the verb on its button. */
export const stageTexts = translated('stageNames', {
  import: {
    name: 'Model',
    sentence: 'The language model that learns to reason: bring one of your own, or use the small one that comes along.',
    verb: 'Import a model',
  },
  tokens: {
    name: 'Tokens',
    sentence:
      'Eight functional tokens, such as verify and refine, enter the vocabulary. The model will learn to think in them.',
    verb: 'Add the tokens',
  },
  search: {
    name: 'Trees',
    sentence:
      'For each question the model tries many ways to an answer. They form a tree; right and wrong ends show which steps help.',
    verb: 'Grow trees',
  },
  examples: {
    name: 'Examples',
    sentence:
      'Good paths of the trees, and mended wrong turns, become examples to learn from. Read them, accept or reject them.',
    verb: 'Make examples',
  },
  sft: {
    name: 'Fine-tune',
    sentence: 'The model learns from the examples to reason step by step with the functional tokens.',
    verb: 'Fine-tune',
  },
  prm: {
    name: 'Judge',
    sentence:
      'A copy of the model learns to tell promising steps from hopeless ones, from the trees. It can reward steps in exploring, and choose among answers.',
    verb: 'Train a judge',
  },
  rl: {
    name: 'Explore',
    sentence:
      'The model explores its own paths on questions with known answers, and what leads to right answers is strengthened.',
    verb: 'Explore',
  },
  evaluate: {
    name: 'Compare',
    sentence:
      'Checkpoints answer the same questions that none of them has seen. The figures say which is better, and how sure that is.',
    verb: 'Evaluate',
  },
  export: {
    name: 'Export',
    sentence: 'A checkpoint becomes a folder that other programs load, with its added tokens, whole or as an adapter.',
    verb: 'Export',
  },
});
