import type { Boundary } from '@contracts/playground';
import { describe, expect, it } from 'vitest';
import { pairBoundaries } from './pair-boundaries';

const boundary = (at: number, chosen: Boundary['chosen']): Boundary => ({
  at,
  chosen,
  probabilities: [],
  isForced: false,
});
const places = (steps: readonly string[], boundaries: readonly Boundary[]) =>
  pairBoundaries(steps, boundaries).map((found) => found?.at ?? null);

describe('pairBoundaries', () => {
  it('pairs each step with what could have come instead, and the end with what comes next', () => {
    const all = [boundary(0, 'clarify'), boundary(9, 'next_step'), boundary(20, 'output'), boundary(30, null)];
    expect(places(['clarify', 'next_step', 'output'], all)).toEqual([0, 9, 20, 30]);
    expect(places(['clarify', 'next_step'], all.slice(0, 2))).toEqual([0, 9, null]);
    expect(places([], [boundary(0, null)])).toEqual([0]);
  });

  it('leaves a step without one alone that was opened inside another', () => {
    const all = [boundary(0, 'next_step'), boundary(30, 'verify'), boundary(44, 'output')];
    expect(places(['next_step', 'refine', 'verify', 'output'], all)).toEqual([0, null, 30, 44, null]);
  });

  it('passes over a boundary at which plain text was written', () => {
    const all = [boundary(0, null), boundary(7, 'next_step'), boundary(30, null)];
    expect(places(['next_step'], all)).toEqual([7, 30]);
  });
});
