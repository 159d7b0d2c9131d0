import { describe, expect, it } from 'vitest';
import type { TreeNode } from '@contracts/trees';
import {
  belowMarked,
  bestPath,
  describeNode,
  findInText,
  outcomeOf,
  passesFilter,
  processReward,
  treeAfter,
} from './tree-facts';

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
    logQ: null,
    process: null,
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

describe('processReward', () => {
  it('is what a step adds to the share of right ends', () => {
    // Ends: 2 wrong, 4 right. Shares: root 1/2, node 1 0/1, node 3 1/1; so −1/2, +1/2, and 0 for the ends themselves.
    expect(nodes.map((each) => processReward(nodes, each.index))).toEqual([null, -0.5, 0, 0.5, 0]);
  });

  it('says nothing where no path has ended', () => {
    expect(processReward([node(0, -1), node(1, 0)], 1)).toBeNull();
  });
});

describe('filters', () => {
  it('tells right, wrong and open nodes apart and searches without case', () => {
    expect(nodes.map(outcomeOf)).toEqual(['open', 'open', 'wrong', 'open', 'right']);
    expect(passesFilter(nodes[4]!, 'right')).toBe(true);
    expect(passesFilter(nodes[4]!, 'wrong')).toBe(false);
    expect(findInText(nodes, ' STEP  4')).toEqual([4]);
    expect(findInText(nodes, '')).toEqual([]);
  });

  it('takes everything below a pruned node with it', () => {
    expect([...belowMarked(nodes, new Map([[1, 'pruned']]), 'pruned')]).toEqual([1, 2]);
    expect([...belowMarked(nodes, new Map([[1, 'pinned']]), 'pruned')]).toEqual([]);
  });

  it('says a node in words', () => {
    expect(describeNode(nodes[4]!, 'pinned')).toBe('next step: step 4, right, 1 visit, value 1.00, pinned');
  });
});
