import { defineRlAlgorithm } from './define-rl-algorithm';

/** Leave-one-out baseline: unbiased, with the divergence of the whole path taken off its score. */
export const rloo = defineRlAlgorithm({
  name: 'rloo',
  title: 'RLOO',
  summary: 'Each path against the mean of the other paths of its question.',
  source: 'Ahmadian 2024, arXiv:2402.14740; the ratio is clipped for each token',
  klPlacement: 'reward',
  aggregation: 'seq-mean-token-sum',
  recipe: { kind: 'group', rule: 'leaveOneOut' },
});
