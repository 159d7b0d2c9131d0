import { normaliseAnswer } from '../tasks/verifier';
import { leaves, pathTo, ROOT_INDEX, type SearchTree } from '../search/tree';
import type { SpentAttempt } from './budget-curve';
import type { Attempt } from './votes';

/** A leaf of a tree as an attempt. */
export interface LeafAttempt extends Attempt {
  readonly leaf: number;
}

/**
 * The walks of a tree as attempts, in order, each with the tokens that the tree had cost by then. Walks that ended at the same leaf share one
 * object; cut paths have no answer.
 * @param processOf score of a leaf's path under a process reward model
 */
export function treeAttempts(
  tree: SearchTree,
  processOf: (leaf: number) => number | null = () => null,
): (SpentAttempt & { readonly attempt: LeafAttempt })[] {
  const attempts = new Map<number, LeafAttempt>();
  const attemptOf = (leaf: number): LeafAttempt => {
    const known = attempts.get(leaf) ?? {
      leaf,
      answer: tree.answer[leaf]!,
      isRight: tree.isRight[leaf] === true,
      confidence: meanLogProb(tree, leaf),
      process: processOf(leaf),
    };
    attempts.set(leaf, known);
    return known;
  };
  return tree.simulations.map(({ path }, walk) => ({
    attempt: attemptOf(path.at(-1)!),
    tokens: tree.tokenCount.reduce(
      (sum, tokens, node) => (tree.createdAtSimulation[node]! <= walk ? sum + tokens : sum),
      0,
    ),
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
