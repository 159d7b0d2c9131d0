import { describe, expect, it } from 'vitest';
import { SHAPES } from '../models';
import { trainingFlops } from './our-tasks';

describe('trainingFlops', () => {
  it('counts a step of 4 × 256 tokens of 135M as 881 GFLOP', () => {
    // 6 · 134.48M weights of matrices · 1024 tokens + 12 · 256 · 1024 · 576 · 30 layers of attention.
    expect(trainingFlops(SHAPES['135M'], 1024, 256) / 1e9).toBeCloseTo(880.6, 0);
  });
});
