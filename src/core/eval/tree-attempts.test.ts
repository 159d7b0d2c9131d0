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

test('attempts come in the order of the walks, each leaf once, with its mean log-probability', () => {
  const tree = createTree(toyQuestion(5, 3));
  const [first, second, third] = [leaf(tree, '8', -2, 4), leaf(tree, '9', -3, 3), leaf(tree, null, -1, 1)];
  for (const walked of [second, first, second]) backUp(tree, walked!, 0);
  expect(treeAttempts(tree)).toEqual([
    { answer: '9', isRight: false, confidence: -1 },
    { answer: '8', isRight: true, confidence: -0.5 },
    { answer: null, isRight: false, confidence: -1 },
  ]);
  expect(third).toBe(3);
});

test('a leaf is worth the share of leaves that agree with it, whatever is right', () => {
  const tree = createTree(toyQuestion(5, 3));
  const leaves = ['9', '9.0', '8', '9'].map((answer) => leaf(tree, answer, -1, 1));
  const cut = leaf(tree, null, -1, 1);
  expect(leaves.map((each) => consistencyValue(tree, each))).toEqual([0.75, 0.75, 0.25, 0.75]);
  expect(consistencyValue(tree, cut)).toBe(0);
});
