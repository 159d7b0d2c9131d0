import type { Question } from '../tasks/question';
import type { FunctionalTokenName } from '../tokens/functional-tokens';

/** The question itself. */
export const ROOT_INDEX = 0;
/** Parent of the root. */
export const NO_PARENT = -1;
/** `createdAtSimulation` of the root. */
export const BEFORE_ALL = -1;

/** `question` at the root, else the functional token of the step. */
export type NodeKind = FunctionalTokenName;

/** A step that an expander wrote. The arrays are parallel. */
export interface WrittenStep {
  readonly kind: FunctionalTokenName;
  /** Content between the tags. */
  readonly text: string;
  /** [n] ids that the step adds to the path, tags included; empty when it was written from a prompt and has no place in one sequence. */
  readonly ids: readonly number[];
  /** [n] log-probability of each id under the model at temperature 1, nats; 0 where `origin` is `given`. */
  readonly logProbs: readonly number[];
  /** [n] how each id came about. */
  readonly origin: readonly IdOrigin[];
  /** Tokens sampled to write it, also those that the clean-up dropped. */
  readonly newTokens: number;
  /** Sum of the log-probabilities of what was sampled; null where unknown. */
  readonly logProbSum: number | null;
  /** The path ends here with an answer or without hope of one. */
  readonly isTerminal: boolean;
  /** Hit its token limit without coming to an end; never part of a right path. */
  readonly isTruncated: boolean;
}

/** `sampled` from the model, `chosen` by the search among legal functional tokens, `given` by the form (line breaks). */
export type IdOrigin = 'sampled' | 'chosen' | 'given';

/** One walk from the root to a leaf and the value that went back up. */
export interface SimulationRecord {
  readonly path: readonly number[];
  readonly value: number;
}

/**
 * A search tree as a struct of arrays; N nodes, node 0 is the question. Only the modules of `search/` write to it.
 * Nodes are appended and never removed, so an index is an identity.
 */
export interface SearchTree {
  readonly question: Question;
  /** [N] index of the parent, NO_PARENT at the root. */
  readonly parent: number[];
  /** [N] steps from the root. */
  readonly depth: number[];
  /** [N] */
  readonly kind: NodeKind[];
  /** [N] content between the tags; the prompt at the root. */
  readonly text: string[];
  /** [N][n] ids that the node adds to the path; the encoded question at the root where the expander works on ids. */
  readonly ids: (readonly number[])[];
  /** [N][n] see WrittenStep. */
  readonly logProbs: (readonly number[])[];
  /** [N][n] see WrittenStep. */
  readonly origin: (readonly IdOrigin[])[];
  /** [N] simulations that went through. */
  readonly visits: number[];
  /** [N] sum of their values. */
  readonly valueSum: number[];
  /** [N] probability of the step's token among the legal ones, null where not asked for. */
  readonly prior: (number | null)[];
  /** [N] log of the probability with which the search took this token when it did, nats; null where it was not drawn. */
  readonly logQ: (number | null)[];
  /** [N] how promising a process reward model finds the path up to here, in [0, 1]; null where none was asked. */
  readonly process: (number | null)[];
  /** [N] */
  readonly isTerminal: boolean[];
  /** [N] */
  readonly isTruncated: boolean[];
  /** [N] verdict on the answer of a terminal node, null elsewhere. */
  readonly isRight: (boolean | null)[];
  /** [N] answer found in a terminal node. */
  readonly answer: (string | null)[];
  /** [N] nothing new can be found below. */
  readonly isExhausted: boolean[];
  /** [N] tokens sampled for the step. */
  readonly tokenCount: number[];
  /** [N] see WrittenStep. */
  readonly logProbSum: (number | null)[];
  /** [N] simulation in which the node was made. */
  readonly createdAtSimulation: number[];
  /** [N] children in order of creation. */
  readonly children: number[][];
  readonly simulations: SimulationRecord[];
}

/** A tree of the question alone. */
export function createTree(question: Question, questionIds: readonly number[] = []): SearchTree {
  return {
    question,
    parent: [NO_PARENT],
    depth: [0],
    kind: ['question'],
    text: [question.prompt],
    ids: [questionIds],
    logProbs: [questionIds.map(() => 0)],
    origin: [questionIds.map(() => 'given' as const)],
    visits: [0],
    valueSum: [0],
    prior: [null],
    logQ: [null],
    process: [null],
    isTerminal: [false],
    isTruncated: [false],
    isRight: [null],
    answer: [null],
    isExhausted: [false],
    tokenCount: [0],
    logProbSum: [null],
    createdAtSimulation: [BEFORE_ALL],
    children: [[]],
    simulations: [],
  };
}

export interface NewNode {
  readonly parent: number;
  readonly step: WrittenStep;
  readonly prior: number | null;
  readonly logQ: number | null;
  readonly createdAtSimulation: number;
  readonly isRight: boolean | null;
  readonly answer: string | null;
}

/** Appends a node and returns its index. */
export function appendNode(tree: SearchTree, node: NewNode): number {
  const index = tree.parent.length;
  tree.parent.push(node.parent);
  tree.depth.push(tree.depth[node.parent]! + 1);
  tree.kind.push(node.step.kind);
  tree.text.push(node.step.text);
  tree.ids.push(node.step.ids);
  tree.logProbs.push(node.step.logProbs);
  tree.origin.push(node.step.origin);
  tree.visits.push(0);
  tree.valueSum.push(0);
  tree.prior.push(node.prior);
  tree.logQ.push(node.logQ);
  tree.process.push(null);
  tree.isTerminal.push(node.step.isTerminal || node.step.isTruncated);
  tree.isTruncated.push(node.step.isTruncated);
  tree.isRight.push(node.isRight);
  tree.answer.push(node.answer);
  tree.isExhausted.push(false);
  tree.tokenCount.push(node.step.newTokens);
  tree.logProbSum.push(node.step.logProbSum);
  tree.createdAtSimulation.push(node.createdAtSimulation);
  tree.children.push([]);
  tree.children[node.parent]!.push(index);
  return index;
}

/** Indices from the root (included) to `node` (included). */
export function pathTo(tree: SearchTree, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at !== NO_PARENT; at = tree.parent[at]!) path.push(at);
  return path.reverse();
}

/** Ids of the whole path, question included. */
export function pathIds(tree: SearchTree, node: number): number[] {
  return pathTo(tree, node).flatMap((index) => [...tree.ids[index]!]);
}

/** Terminal nodes in order of creation. */
export function leaves(tree: SearchTree): number[] {
  return tree.isTerminal.flatMap((isTerminal, index) => (isTerminal ? [index] : []));
}

/** Mean of the values that went through a node; 0 before the first visit. */
export function meanValue(tree: Pick<SearchTree, 'visits' | 'valueSum'>, node: number): number {
  return tree.visits[node]! === 0 ? 0 : tree.valueSum[node]! / tree.visits[node]!;
}

/** Edges from both nodes to their lowest common ancestor, added up. */
export function treeDistance(tree: SearchTree, a: number, b: number): number {
  let [left, right] = [a, b];
  let edges = 0;
  while (left !== right) {
    if (tree.depth[left]! >= tree.depth[right]!) left = tree.parent[left]!;
    else right = tree.parent[right]!;
    edges++;
  }
  return edges;
}

/** Figures of a tree for lists. */
export interface TreeFigures {
  readonly nodeCount: number;
  readonly leafCount: number;
  readonly rightLeaves: number;
  readonly wrongLeaves: number;
  readonly depth: number;
  readonly isSolved: boolean;
  readonly newTokens: number;
}

export function treeFigures(tree: SearchTree): TreeFigures {
  const ends = leaves(tree);
  const rightLeaves = ends.filter((leaf) => tree.isRight[leaf] === true).length;
  return {
    nodeCount: tree.parent.length,
    leafCount: ends.length,
    rightLeaves,
    wrongLeaves: ends.length - rightLeaves,
    depth: tree.depth.reduce((deepest, depth) => Math.max(deepest, depth), 0),
    isSolved: rightLeaves > 0,
    newTokens: tree.tokenCount.reduce((sum, count) => sum + count, 0),
  };
}
