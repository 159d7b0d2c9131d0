import type { Question } from '../tasks/question';
import { appendNode, createTree, NO_PARENT, type NodeKind, type SearchTree, type SimulationRecord } from './tree';

/** A node as plain data, for storing and drawing. Ids and log-probabilities of single tokens are not kept. */
export interface TreeNodeRow {
  readonly index: number;
  /** -1 at the root. */
  readonly parent: number;
  readonly depth: number;
  readonly kind: string;
  readonly text: string;
  readonly visits: number;
  readonly valueSum: number;
  readonly prior: number | null;
  readonly logQ: number | null;
  readonly process: number | null;
  readonly isTerminal: boolean;
  readonly isTruncated: boolean;
  readonly isRight: boolean | null;
  readonly answer: string | null;
  readonly tokenCount: number;
  readonly logProbSum: number | null;
  readonly createdAtSimulation: number;
}

/** The nodes of a tree as rows, in order of creation: a parent comes before its children. */
export function treeRows(tree: SearchTree): TreeNodeRow[] {
  return tree.parent.map((_, index) => treeRow(tree, index));
}

/** One node of a tree as a row. */
export function treeRow(tree: SearchTree, index: number): TreeNodeRow {
  return {
    index,
    parent: tree.parent[index]!,
    depth: tree.depth[index]!,
    kind: tree.kind[index]!,
    text: tree.text[index]!,
    visits: tree.visits[index]!,
    valueSum: tree.valueSum[index]!,
    prior: tree.prior[index]!,
    logQ: tree.logQ[index]!,
    process: tree.process[index]!,
    isTerminal: tree.isTerminal[index]!,
    isTruncated: tree.isTruncated[index]!,
    isRight: tree.isRight[index]!,
    answer: tree.answer[index]!,
    tokenCount: tree.tokenCount[index]!,
    logProbSum: tree.logProbSum[index]!,
    createdAtSimulation: tree.createdAtSimulation[index]!,
  };
}

/** The tree that `treeRows` and its simulations described: enough to read and to make examples from, not to search on. */
export function treeFromRows(
  question: Question,
  rows: readonly TreeNodeRow[],
  simulations: readonly SimulationRecord[],
): SearchTree {
  const tree = createTree(question);
  for (const row of rows) {
    if (row.parent !== NO_PARENT) {
      appendNode(tree, {
        parent: row.parent,
        step: {
          kind: row.kind as Exclude<NodeKind, 'question'>,
          text: row.text,
          ids: [],
          logProbs: [],
          origin: [],
          newTokens: row.tokenCount,
          logProbSum: row.logProbSum,
          isTerminal: row.isTerminal,
          isTruncated: row.isTruncated,
        },
        prior: row.prior,
        logQ: row.logQ,
        createdAtSimulation: row.createdAtSimulation,
        isRight: row.isRight,
        answer: row.answer,
      });
    }
    tree.process[row.index] = row.process;
    tree.visits[row.index] = row.visits;
    tree.valueSum[row.index] = row.valueSum;
  }
  tree.simulations.push(...simulations);
  return tree;
}
