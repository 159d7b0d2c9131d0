import { describe, expect, it } from 'vitest';
import type { TreeNode } from '@contracts/trees';
import { comparePaths } from './path-comparison';

const node = (index: number, parent: number): TreeNode => ({
  index,
  parent,
  depth: 0,
  kind: 'next_step',
  text: `step ${index}`,
  visits: 1,
  valueSum: 0,
  prior: null,
  logQ: null,
  process: null,
  isTerminal: false,
  isTruncated: false,
  isRight: null,
  answer: null,
  tokenCount: 1,
  logProbSum: null,
  createdAtSimulation: 0,
});
/** 0 → 1 → 2 → 3 and 0 → 1 → 4. */
const nodes = [node(0, -1), node(1, 0), node(2, 1), node(3, 2), node(4, 1)];
const indices = ({ shared, rows }: ReturnType<typeof comparePaths>) => ({
  shared: shared.map((each) => each.index),
  rows: rows.map(({ first, second }) => [first?.index ?? null, second?.index ?? null]),
});

describe('comparePaths', () => {
  it('shares the beginning and sets the rest side by side', () => {
    expect(indices(comparePaths(nodes, 3, 4))).toEqual({
      shared: [1],
      rows: [
        [2, 4],
        [3, null],
      ],
    });
  });

  it('finds nothing to tell apart in a path and itself', () => {
    expect(indices(comparePaths(nodes, 3, 3))).toEqual({ shared: [1, 2, 3], rows: [] });
  });

  it('compares with a path that goes on from the other', () => {
    expect(indices(comparePaths(nodes, 1, 3))).toEqual({
      shared: [1],
      rows: [
        [null, 2],
        [null, 3],
      ],
    });
  });
});
