import { defineRlAlgorithm } from './define-rl-algorithm';

/** Group-relative policy optimisation: one advantage for a path, in standard deviations of its question. */
export const grpo = defineRlAlgorithm({
  name: 'grpo',
  title: 'GRPO',
  summary: 'Each path against the others of its question, in standard deviations; the divergence is part of the loss.',
  source: 'Shao 2024, arXiv:2402.03300; TRL, loss type "grpo"',
  klPlacement: 'loss',
  aggregation: 'seq-mean-token-mean',
  recipe: { kind: 'group', rule: 'standardised' },
});
