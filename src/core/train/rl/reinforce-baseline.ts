import { defineRlAlgorithm } from './define-rl-algorithm';

/** Reinforce++ on scores made relative to the mean of their question first. */
export const reinforceBaseline = defineRlAlgorithm({
  name: 'reinforce-baseline',
  title: 'Reinforce++ with baseline',
  summary: 'As Reinforce++, after taking the mean score of the question off: hard and easy questions count alike.',
  source: 'OpenRLHF, estimator "reinforce_baseline"',
  klPlacement: 'reward',
  aggregation: 'token-mean',
  recipe: { kind: 'returns', scores: 'centred' },
});
