import { normaliseAnswer } from '../tasks/verifier';
import { leaves, pathTo, ROOT_INDEX, type SearchTree } from '../search/tree';
import type { Attempt } from './votes';

/** The leaves of a tree as attempts, in the order in which walks reached them first; cut paths have no answer. */
export function treeAttempts(tree: SearchTree): Attempt[] {
  const reached = [...new Set([...tree.simulations.map(({ path }) => path.at(-1)!), ...leaves(tree)])];
  return reached.map((leaf) => ({
    answer: tree.answer[leaf]!,
    isRight: tree.isRight[leaf] === true,
    confidence: meanLogProb(tree, leaf),
  }));
}

/** Mean log-probability per token of a path, nats; 0 where the tree does not know it. */
function meanLogProb(tree: SearchTree, leaf: number): number {
  const nodes = pathTo(tree, leaf).filter((node) => node !== ROOT_INDEX);
  const tokens = nodes.reduce((sum, node) => sum + tree.tokenCount[node]!, 0);
  return tokens === 0 ? 0 : nodes.reduce((sum, node) => sum + (tree.logProbSum[node] ?? 0), 0) / tokens;
}

/**
 * Value of a leaf when nobody knows the right answer: the share of the leaves so far that agree with it, 0 without an answer.
 * Steers a search at evaluation (self-consistency) without looking at the reference.
 */
export function consistencyValue(tree: SearchTree, leaf: number): number {
  const answer = tree.answer[leaf];
  if (answer === null || answer === undefined) return 0;
  const key = normaliseAnswer(answer);
  const answers = leaves(tree)
    .map((each) => tree.answer[each])
    .filter((each) => each !== null && each !== undefined);
  return answers.filter((each) => normaliseAnswer(each) === key).length / answers.length;
}
