import { defineRlAlgorithm } from './define-rl-algorithm';

/** GRPO without its two biases: no division by the deviation, none by the length of the path. */
export const drGrpo = defineRlAlgorithm({
  name: 'dr-grpo',
  title: 'Dr. GRPO',
  summary: 'As GRPO, without dividing by deviation and length, which favour easy questions and long wrong answers.',
  source: 'Liu 2025, arXiv:2503.20783; TRL, loss type "dr_grpo"',
  klPlacement: 'loss',
  aggregation: 'seq-mean-token-sum-norm',
  recipe: { kind: 'group', rule: 'centred' },
});
