import { describe, expect, it } from 'vitest';
import type { TreeNode } from '@contracts/trees';
import { bestPath, outcomeOf, passesFilter, treeAfter, uctTerms } from './tree-facts';

function node(index: number, parent: number, facts: Partial<TreeNode> = {}): TreeNode {
  return {
    index,
    parent,
    depth: parent + 1,
    kind: index === 0 ? 'question' : 'next_step',
    text: `step ${index}`,
    visits: 0,
    valueSum: 0,
    prior: null,
    isTerminal: false,
    isTruncated: false,
    isRight: null,
    answer: null,
    tokenCount: 1,
    logProbSum: null,
    createdAtSimulation: index - 1,
    ...facts,
  };
}

const nodes = [
  node(0, -1, { visits: 3, valueSum: 1 }),
  node(1, 0, { visits: 2, valueSum: 0, createdAtSimulation: 0 }),
  node(2, 1, { visits: 1, isTerminal: true, isRight: false, createdAtSimulation: 0 }),
  node(3, 0, { visits: 1, valueSum: 1, createdAtSimulation: 1 }),
  node(4, 3, { visits: 1, valueSum: 1, isTerminal: true, isRight: true, createdAtSimulation: 1 }),
];

describe('bestPath', () => {
  it('follows the mean value, not the visits', () => {
    expect(bestPath(nodes)).toEqual([0, 3, 4]);
  });
});

describe('treeAfter', () => {
  const simulations = [
    { path: [0, 1, 2], value: 0 },
    { path: [0, 3, 4], value: 1 },
  ];

  it('shows only what existed and counts the visits of that moment', () => {
    const early = treeAfter(nodes, simulations, 1);
    expect(early.map((each) => [each.index, each.visits, each.valueSum])).toEqual([
      [0, 1, 0],
      [1, 1, 0],
      [2, 1, 0],
    ]);
  });

  it('shows everything after the last simulation', () => {
    expect(treeAfter(nodes, simulations, 2)).toHaveLength(nodes.length);
  });
});

describe('uctTerms', () => {
  it('adds the mean value and the bonus for rare visits', () => {
    // c = 2, N(parent) = 8, N = 2: 2·sqrt(ln 8 / 2) = 2.0393…
    expect(uctTerms({ visits: 2, valueSum: 1 }, 8, 2)).toEqual({
      value: 0.5,
      exploration: expect.closeTo(2.0393, 4) as number,
    });
    expect(uctTerms({ visits: 0, valueSum: 0 }, 8, 2).exploration).toBe(Infinity);
  });
});

describe('filters', () => {
  it('tells right, wrong and open nodes apart and searches without case', () => {
    expect(nodes.map(outcomeOf)).toEqual(['open', 'open', 'wrong', 'open', 'right']);
    expect(passesFilter(nodes[4]!, 'right', 'STEP  4')).toBe(true);
    expect(passesFilter(nodes[4]!, 'wrong', '')).toBe(false);
  });
});
