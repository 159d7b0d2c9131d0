import { describe, expect, it } from 'vitest';
import { SEARCH_CONTESTS } from './contests';
import { countDistinct } from './continuation';

/** The goals of search and reinforcement, by contest: each once. */
const GOALS = {
  question: 15,
  'eight-questions': 20,
  prefixes: 1.1,
  siblings: 2,
  'rl-step': 2.5,
  'tree-or-plain': 0.85,
  memory: 1500,
  waiting: 0.1,
};

describe('SEARCH_CONTESTS', () => {
  it('holds every goal of search once', () => {
    const goals = Object.entries(SEARCH_CONTESTS).map(([name, { rows }]) => [name, rows.map(({ goal }) => goal)]);
    expect(Object.fromEntries(goals)).toEqual(
      Object.fromEntries(Object.entries(GOALS).map(([name, goal]) => [name, [goal]])),
    );
  });

  it('names only parties of the same contest', () => {
    for (const { rows, parties } of Object.values(SEARCH_CONTESTS)) {
      const used = rows.flatMap(({ ours, peer }) => [...ours, ...peer]);
      expect(new Set(used)).toEqual(new Set(Object.keys(parties)));
    }
  });
});

describe('countDistinct', () => {
  it('counts what sequences share once', () => {
    expect(countDistinct([])).toBe(0);
    expect(countDistinct([[1, 2, 3]])).toBe(3);
    expect(countDistinct([[1, 2, 3], [1, 2, 4], [1], [2]])).toBe(5);
  });
});
