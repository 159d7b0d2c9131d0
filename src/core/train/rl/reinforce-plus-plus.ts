import { defineRlAlgorithm } from './define-rl-algorithm';

/** The paper's choice: no critic, no baseline of the question; returns normalised over all tokens of the batch. */
export const reinforcePlusPlus = defineRlAlgorithm({
  name: 'reinforce-plus-plus',
  title: 'Reinforce++',
  summary: 'Rewards less the divergence of each token, normalised over the whole batch.',
  source: 'Hu 2025, arXiv:2501.03262; OpenRLHF, estimator "reinforce"',
  klPlacement: 'reward',
  aggregation: 'token-mean',
  recipe: { kind: 'returns', scores: 'plain' },
});
