import type { TreeNode } from '@contracts/trees';
import { childrenOf, pathTo } from './layout';

export type TreeFilter = 'all' | 'right' | 'wrong' | 'unfinished';

/** How a node stands to the answer: its own verdict at the end of a path, open otherwise. */
export type NodeOutcome = 'right' | 'wrong' | 'open';

/** Verdict of a terminal node; a truncated one counts as wrong. */
export function outcomeOf(node: TreeNode): NodeOutcome {
  if (!node.isTerminal) return 'open';
  return node.isRight === true ? 'right' : 'wrong';
}

/** Mean of the values backed up through a node, in [0, 1] for outcome values; 0 before the first visit. */
export function meanValue(node: Pick<TreeNode, 'visits' | 'valueSum'>): number {
  return node.visits === 0 ? 0 : node.valueSum / node.visits;
}

const PASSES: Readonly<Record<TreeFilter, (node: TreeNode) => boolean>> = {
  all: () => true,
  right: (node) => outcomeOf(node) === 'right',
  wrong: (node) => outcomeOf(node) === 'wrong',
  unfinished: (node) => !node.isTerminal,
};

/** Whether a node passes a filter and a search text (case and spaces folded). */
export function passesFilter(node: TreeNode, filter: TreeFilter, search: string): boolean {
  return PASSES[filter](node) && (search === '' || fold(node.text).includes(fold(search)));
}

/**
 * The best path: from the root always the child through which right answers were found most often (mean value, then visits), to a leaf.
 * In a tree without a right answer it follows the visits.
 */
export function bestPath(nodes: readonly TreeNode[]): readonly number[] {
  const children = childrenOf(nodes);
  const path: number[] = nodes.length > 0 ? [0] : [];
  for (let at = 0; ;) {
    const below = (children[at] ?? []).map((index) => nodes[index]!);
    const best = below.reduce<TreeNode | null>(
      (chosen, node) => (chosen === null || isBetter(node, chosen) ? node : chosen),
      null,
    );
    if (best === null) return path;
    path.push(best.index);
    at = best.index;
  }
}

function isBetter(node: TreeNode, chosen: TreeNode): boolean {
  const difference = meanValue(node) - meanValue(chosen);
  if (difference !== 0) return difference > 0;
  if (outcomeOf(node) !== outcomeOf(chosen)) return outcomeOf(node) === 'right';
  return node.visits > chosen.visits;
}

/** Both terms of the rule by which a branch was chosen: UCT = mean value + c·sqrt(ln N(parent) / N). */
export interface UctTerms {
  readonly value: number;
  /** Infinite for a branch that was not visited yet. */
  readonly exploration: number;
}

/** @param explorationWeight c of the run's settings */
export function uctTerms(
  node: Pick<TreeNode, 'visits' | 'valueSum'>,
  parentVisits: number,
  explorationWeight: number,
): UctTerms {
  return {
    value: meanValue(node),
    exploration:
      node.visits === 0 ? Infinity : explorationWeight * Math.sqrt(Math.log(Math.max(1, parentVisits)) / node.visits),
  };
}

/** The tree as it stood after the first `count` simulations: later nodes gone, visits and values counted again. */
export function treeAfter(
  nodes: readonly TreeNode[],
  simulations: readonly { readonly path: readonly number[]; readonly value: number }[],
  count: number,
): readonly TreeNode[] {
  const visits = new Map<number, { visits: number; valueSum: number }>();
  for (const { path, value } of simulations.slice(0, count)) {
    for (const index of path) {
      const seen = visits.get(index) ?? { visits: 0, valueSum: 0 };
      visits.set(index, { visits: seen.visits + 1, valueSum: seen.valueSum + value });
    }
  }
  // Nodes come in order of creation, so what exists at a moment is a prefix of the list and indices stay what they are.
  const end = nodes.findIndex((node) => node.createdAtSimulation >= count);
  return (end === -1 ? nodes : nodes.slice(0, end)).map((node) => ({
    ...node,
    visits: 0,
    valueSum: 0,
    ...visits.get(node.index),
  }));
}

/** Siblings of a node, itself included, in order of creation. */
export function siblingsOf(nodes: readonly TreeNode[], index: number): readonly TreeNode[] {
  const parent = nodes[index]?.parent ?? -1;
  return parent < 0 ? nodes.slice(0, 1) : nodes.filter((node) => node.parent === parent);
}

/** Steps of the path to a node, without the question. */
export function stepsTo(nodes: readonly TreeNode[], index: number): readonly TreeNode[] {
  return pathTo(nodes, index)
    .slice(1)
    .map((each) => nodes[each]!);
}

function fold(text: string): string {
  return text.toLowerCase().replace(/\s+/g, ' ');
}
