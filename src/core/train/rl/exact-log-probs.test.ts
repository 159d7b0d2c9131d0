import { expect, it } from 'vitest';
import { withTrainerLogProbs } from './exact-log-probs';
import type { Trajectory } from './trajectories';

const trajectory: Trajectory = {
  questionId: 'q',
  ids: Int32Array.of(5, 6, 7, 8),
  promptLength: 1,
  oldLogProbs: Float32Array.of(0, -1, -2, 0),
  origin: ['given', 'chosen', 'sampled', 'given'],
  weights: Float32Array.of(0, 1, 1, 0),
  steps: [],
  answer: null,
  isRight: false,
  isTruncated: false,
  isWellFormed: true,
  text: '',
};

it('takes the trainer’s log-probabilities where an id was not given, and says how far the sampler was off', () => {
  const { trajectories, gap } = withTrainerLogProbs([trajectory], [Float32Array.of(0, -1.25, -1.5, -9)]);
  expect([...(trajectories[0]?.oldLogProbs ?? [])]).toEqual([0, -1.25, -1.5, 0]);
  // One sampled id, d = -1.5 + 2 = 0.5.
  expect(gap.samplerKl).toBeCloseTo(Math.exp(0.5) - 1.5, 12);
  expect(gap.samplerGap).toBe(0.5);
  expect([...trajectory.oldLogProbs]).toEqual([0, -1, -2, 0]);
});

it('finds no gap where nothing was sampled', () => {
  expect(withTrainerLogProbs([], []).gap).toEqual({ samplerKl: 0, samplerGap: 0 });
});
