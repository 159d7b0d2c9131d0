import type { JobKind } from '@contracts/stages';
import type { RouteId } from './route-paths';

/** One stop of the road: its names for people, the page that shows what it made, and the page that starts it. */
export interface StageInfo {
  /** In the rail and in headings. */
  readonly name: string;
  /** One sentence: what this stage does. */
  readonly sentence: string;
  /** The one primary button. */
  readonly verb: string;
  readonly page: RouteId & ('model' | 'tokens' | 'trees' | 'examples' | 'sft' | 'prm' | 'rl' | 'compare' | 'export');
  readonly start: RouteId &
    (
      | 'modelImport'
      | 'tokensNew'
      | 'searchNew'
      | 'examplesNew'
      | 'sftNew'
      | 'prmNew'
      | 'rlNew'
      | 'evaluateNew'
      | 'exportNew'
    );
}

/** The road, keyed by the kind of job. */
export const STAGES: Readonly<Record<JobKind, StageInfo>> = {
  import: {
    name: 'Model',
    sentence: 'The language model that learns to reason: bring one of your own, or use the small one that comes along.',
    verb: 'Import a model',
    page: 'model',
    start: 'modelImport',
  },
  tokens: {
    name: 'Tokens',
    sentence:
      'Eight functional tokens, such as verify and refine, enter the vocabulary. The model will learn to think in them.',
    verb: 'Add the tokens',
    page: 'tokens',
    start: 'tokensNew',
  },
  search: {
    name: 'Trees',
    sentence:
      'For each question the model tries many ways to an answer. They form a tree; right and wrong ends show which steps help.',
    verb: 'Grow trees',
    page: 'trees',
    start: 'searchNew',
  },
  examples: {
    name: 'Examples',
    sentence:
      'Good paths of the trees, and mended wrong turns, become examples to learn from. Read them, accept or reject them.',
    verb: 'Make examples',
    page: 'examples',
    start: 'examplesNew',
  },
  sft: {
    name: 'Fine-tune',
    sentence: 'The model learns from the examples to reason step by step with the functional tokens.',
    verb: 'Fine-tune',
    page: 'sft',
    start: 'sftNew',
  },
  prm: {
    name: 'Judge',
    sentence:
      'A copy of the model learns to tell promising steps from hopeless ones, from the trees. It can reward steps in exploring, and choose among answers.',
    verb: 'Train a judge',
    page: 'prm',
    start: 'prmNew',
  },
  rl: {
    name: 'Explore',
    sentence:
      'The model explores its own paths on questions with known answers, and what leads to right answers is strengthened.',
    verb: 'Explore',
    page: 'rl',
    start: 'rlNew',
  },
  evaluate: {
    name: 'Compare',
    sentence:
      'Checkpoints answer the same questions that none of them has seen. The figures say which is better, and how sure that is.',
    verb: 'Evaluate',
    page: 'compare',
    start: 'evaluateNew',
  },
  export: {
    name: 'Export',
    sentence: 'A checkpoint becomes a folder that other programs load, with its added tokens, whole or as an adapter.',
    verb: 'Export',
    page: 'export',
    start: 'exportNew',
  },
};
