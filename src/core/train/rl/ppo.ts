import { defineRlAlgorithm } from './define-rl-algorithm';

/** PPO's clipped loss with the batch in the place of a critic: a path is as good as its score beside the mean of all paths. */
export const ppo = defineRlAlgorithm({
  name: 'ppo',
  title: 'PPO without critic',
  summary: 'The clipped loss of PPO; what a path is worth is its score against the mean of all paths of the iteration.',
  source: 'Schulman 2017, arXiv:1707.06347, eq. 7, with a constant baseline (Williams 1992)',
  klPlacement: 'reward',
  aggregation: 'token-mean',
  recipe: { kind: 'batch' },
});
