import type { Conditions, Rung, Study } from '../study';
import { rlConfig, TEST_ANSWER, TREES, WARM_UP } from './common';

function spoilt(id: string, title: string, change: object | ((conditions: Conditions) => object)): Rung {
  return {
    id,
    title,
    from: 'warm-up',
    stages: [
      {
        kind: 'rl',
        config: (conditions) =>
          rlConfig(conditions, {
            exploration: 'tree',
            ...(typeof change === 'function' ? change(conditions) : change),
          }),
      },
    ],
    answers: TEST_ANSWER,
  };
}

/** Mistakes made on purpose: what they look like while they happen. */
export const failures: Study = {
  id: 'failures',
  title: 'Failure signatures',
  question:
    'How does RL look when a known mistake is made on purpose, and what does the guard of the run say to it, and when?',
  rungs: [
    TREES,
    { ...WARM_UP, isHidden: true },
    spoilt('as-it-should', 'as it should be', {}),
    spoilt('no-kl', 'no KL term', { klCoefficient: 0 }),
    spoilt('paper-reward', 'process reward summed, as published', { reward: 'paper' }),
    spoilt('fast', 'learning rate × 10', ({ plan }) => ({ learningRate: 10 * Number(plan.settings.rl.learningRate) })),
    spoilt('no-grammar', 'no grammar', { exploration: 'independent', constrained: false }),
  ],
  comparisons: ['no-kl', 'paper-reward', 'fast', 'no-grammar'].map((rung) => ({
    asks: `What does ${rung.replace('-', ' ')} cost?`,
    first: { rung: 'as-it-should', answer: 'test' },
    second: { rung, answer: 'test' },
  })),
  parts: [
    {
      kind: 'series',
      metrics: [
        { metric: 'heldOutAccuracy', title: 'held-out accuracy' },
        { metric: 'length', title: 'tokens per answer' },
        { metric: 'kl', title: 'KL from the start, nats per token' },
        { metric: 'formShare', title: 'share that keeps the form' },
        { metric: 'tokenEntropy', title: 'evenness of the functional tokens' },
        { metric: 'gradNorm', title: 'gradient norm' },
      ],
    },
    { kind: 'alarms' },
    { kind: 'accuracy', answers: ['test'] },
    { kind: 'comparisons' },
  ],
};
