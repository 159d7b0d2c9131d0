import { expect, test } from 'vitest';
import { appendNode, createTree, type SearchTree, type WrittenStep } from '../search/tree';
import { backUp } from '../search/backup';
import { toyQuestion } from '../testing/toy-arithmetic';
import { consistencyValue, treeAttempts } from './tree-attempts';

function leaf(tree: SearchTree, answer: string | null, logProbSum: number, newTokens: number): number {
  const step: WrittenStep = {
    kind: 'output',
    text: answer ?? '',
    ids: [],
    logProbs: [],
    origin: [],
    newTokens,
    logProbSum,
    isTerminal: answer !== null,
    isTruncated: answer === null,
  };
  return appendNode(tree, {
    parent: 0,
    step,
    prior: null,
    logQ: null,
    createdAtSimulation: 0,
    isRight: answer === '8',
    answer,
  });
}

test('attempts come in the order of the walks, with their mean log-probability and what the tree had cost', () => {
  const tree = createTree(toyQuestion(5, 3));
  const [first, second, third] = [leaf(tree, '8', -2, 4), leaf(tree, '9', -3, 3), leaf(tree, null, -1, 1)];
  for (const walked of [second, first, second]) backUp(tree, walked!, 0);
  const attempts = treeAttempts(tree, (end) => (end === second ? 0.9 : 0.2));
  expect(attempts.map(({ attempt }) => attempt)).toEqual([
    { leaf: second, answer: '9', isRight: false, confidence: -1, process: 0.9 },
    { leaf: first, answer: '8', isRight: true, confidence: -0.5, process: 0.2 },
    { leaf: second, answer: '9', isRight: false, confidence: -1, process: 0.9 },
  ]);
  expect(attempts[2]?.attempt).toBe(attempts[0]?.attempt);
  // All three leaves were made in walk 0.
  expect(attempts.map(({ tokens }) => tokens)).toEqual([8, 8, 8]);
  expect(third).toBe(3);
});

test('a leaf is worth the share of leaves that agree with it, whatever is right', () => {
  const tree = createTree(toyQuestion(5, 3));
  const leaves = ['9', '9.0', '8', '9'].map((answer) => leaf(tree, answer, -1, 1));
  const cut = leaf(tree, null, -1, 1);
  expect(leaves.map((each) => consistencyValue(tree, each))).toEqual([0.75, 0.75, 0.25, 0.75]);
  expect(consistencyValue(tree, cut)).toBe(0);
});
