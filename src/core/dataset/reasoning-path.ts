import { meanValue, pathTo, ROOT_INDEX, type SearchTree } from '../search/tree';
import { normaliseStepText } from '../tokens/lint';
import type { Step } from '../tokens/render';

/** A complete way from the question to an answer. */
export interface ReasoningPath {
  readonly leaf: number;
  /** Nodes after the question, in order. */
  readonly nodes: readonly number[];
  readonly isRight: boolean;
  /** Steps whose text an earlier step of the path has too. */
  readonly repeats: number;
  /** Mean over the steps of what a process reward model said of each; where none did, of the tree's own estimate of success. */
  readonly processScore: number;
}

/** Every finished path of a tree with an answer; cut ones are left out. */
export function reasoningPaths(tree: SearchTree): ReasoningPath[] {
  const paths: ReasoningPath[] = [];
  tree.isTerminal.forEach((isTerminal, leaf) => {
    if (!isTerminal || tree.isTruncated[leaf] || tree.answer[leaf] === null) return;
    const nodes = pathTo(tree, leaf).filter((node) => node !== ROOT_INDEX);
    const texts = nodes.map((node) => normaliseStepText(tree.text[node]!));
    paths.push({
      leaf,
      nodes,
      isRight: tree.isRight[leaf] === true,
      repeats: texts.length - new Set(texts).size,
      processScore: meanPromise(tree, nodes),
    });
  });
  return paths;
}

function meanPromise(tree: SearchTree, nodes: readonly number[]): number {
  const isJudged = nodes.every((node) => tree.process[node] !== null);
  const promiseOf = (node: number) => (isJudged ? tree.process[node]! : meanValue(tree, node));
  return nodes.reduce((sum, node) => sum + promiseOf(node), 0) / nodes.length;
}

/** A node as a step. */
export function stepOf(tree: SearchTree, node: number): Step {
  return { token: tree.kind[node]!, text: tree.text[node]! };
}

/** Number of nodes that two paths share after the question. */
export function sharedSteps(a: ReasoningPath, b: ReasoningPath): number {
  let shared = 0;
  while (shared < a.nodes.length && shared < b.nodes.length && a.nodes[shared] === b.nodes[shared]) shared++;
  return shared;
}
