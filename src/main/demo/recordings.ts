import type { z } from 'zod';
import type { STAGE_CONFIGS } from '@contracts/jobs';

interface RecordingOf<K extends 'sft' | 'rl'> {
  readonly name: string;
  readonly kind: K;
  /** What it shows, in words. */
  readonly about: string;
  /** What differs from the settings of the demo. */
  readonly config: Partial<z.input<(typeof STAGE_CONFIGS)[K]>>;
}
export type Recording = RecordingOf<'sft'> | RecordingOf<'rl'>;

/** Small iterations, so that a recording takes about a minute; the guard only tells, so that a collapse runs to its end. */
const SMALL = {
  iterations: 16,
  questionsPerIteration: 8,
  pathsPerQuestion: 12,
  pathsPerUpdate: 96,
  checkpointEvery: 8,
  evaluateEvery: 4,
  evaluateQuestions: 60,
} as const;

/** Trainings that the tests of the guard replay. */
export const RECORDINGS: readonly Recording[] = [
  { name: 'sound-shaped', kind: 'rl', about: 'As in the demo.', config: { ...SMALL, seed: 1 } },
  {
    name: 'rate-times-ten',
    kind: 'rl',
    about: 'Ten times the learning rate.',
    config: { ...SMALL, learningRate: 2e-3, seed: 1 },
  },
  {
    name: 'paid-for-length',
    kind: 'rl',
    about:
      'The reward of the paper, which pays for every promising step, and nothing that holds the model to its start.',
    config: { ...SMALL, reward: 'paper', klCoefficient: 0, learningRate: 5e-4, iterations: 24, seed: 1 },
  },
  {
    name: 'punished-for-length',
    kind: 'rl',
    about: 'Length costs more than a right answer earns.',
    config: { ...SMALL, lengthWeight: 1, lengthSoftLimit: 12, klCoefficient: 0, learningRate: 5e-4, seed: 1 },
  },
  {
    name: 'all-alike',
    kind: 'rl',
    about: 'Sampling so cold that all paths of a question are the same.',
    config: { ...SMALL, exploration: 'independent', temperature: 0.01, iterations: 10, seed: 1 },
  },
  {
    name: 'sound-grpo',
    kind: 'rl',
    about: 'GRPO on answers sampled one by one, the outcome alone as reward.',
    config: { ...SMALL, algorithm: 'grpo', exploration: 'independent', reward: 'outcome', seed: 2 },
  },
  {
    name: 'sound-gentle',
    kind: 'rl',
    about: 'Half the rate, another seed.',
    config: { ...SMALL, learningRate: 1e-4, seed: 3 },
  },
  { name: 'sound-sft', kind: 'sft', about: 'As in the demo, shorter.', config: { maxUpdates: 80, seed: 2 } },
  {
    name: 'sft-rate-times-hundred',
    kind: 'sft',
    about: 'A hundred times the learning rate.',
    config: { learningRate: 0.1, warmupUpdates: 0, maxUpdates: 60, seed: 1 },
  },
];
