import type { NodeMark, Simulation, TreeNode } from '@contracts/trees';
import { tokenFacts } from '../tokens/token-facts';
import { childrenOf, pathTo } from './layout';
import { texts } from './texts/en';

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

/** Whether a node passes a filter. */
export function passesFilter(node: TreeNode, filter: TreeFilter): boolean {
  return PASSES[filter](node);
}

/** Indices of the nodes whose text holds what was typed (case and spaces folded), in order of creation; none for an empty search. */
export function findInText(nodes: readonly TreeNode[], search: string): readonly number[] {
  const wanted = fold(search).trim();
  return wanted === '' ? [] : nodes.filter((node) => fold(node.text).includes(wanted)).map((node) => node.index);
}

/** Every node that carries a mark or lies below one that does. */
export function belowMarked(
  nodes: readonly TreeNode[],
  marks: ReadonlyMap<number, NodeMark>,
  mark: NodeMark,
): ReadonlySet<number> {
  const below = new Set<number>();
  if (![...marks.values()].includes(mark)) return below;
  // A parent comes before its children, so one pass is enough.
  for (const node of nodes) if (marks.get(node.index) === mark || below.has(node.parent)) below.add(node.index);
  return below;
}

/** One node in words: token, beginning of its text, verdict, figures. */
export function describeNode(node: TreeNode, mark?: NodeMark): string {
  const outcome = outcomeOf(node);
  return [
    `${tokenFacts(node.kind).label}: ${node.text.slice(0, 120)}`,
    outcome === 'open' ? '' : node.isTruncated ? texts.cut : texts[outcome],
    texts.visits(node.visits),
    texts.value(meanValue(node)),
    node.prior === null ? '' : texts.prior(node.prior),
    mark ? texts.marks[mark] : '',
  ]
    .filter(Boolean)
    .join(', ');
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

/** The tree as it stood after the first `count` simulations: later nodes gone, visits and values counted again. */
export function treeAfter(
  nodes: readonly TreeNode[],
  simulations: readonly Simulation[],
  count: number,
): readonly TreeNode[] {
  // Nodes come in order of creation, so what exists at a moment is a prefix of the list and indices stay what they are.
  const end = nodes.findIndex((node) => node.createdAtSimulation >= count);
  return countVisits(end === -1 ? nodes : nodes.slice(0, end), simulations.slice(0, count));
}

/** The nodes with the visits and values that follow from the walks. */
export function countVisits(nodes: readonly TreeNode[], simulations: readonly Simulation[]): readonly TreeNode[] {
  const visits = new Int32Array(nodes.length);
  const valueSums = new Float64Array(nodes.length);
  for (const { path, value } of simulations) {
    for (const index of path) {
      visits[index]! += 1;
      valueSums[index]! += value;
    }
  }
  return nodes.map((node) =>
    node.visits === visits[node.index] && node.valueSum === valueSums[node.index]
      ? node
      : { ...node, visits: visits[node.index]!, valueSum: valueSums[node.index]! },
  );
}

/**
 * How much a step raised the promise of its path: the share of right ends among those below it, less that of its parent. What the shaped
 * reward of reinforcement learning pays for the step at weight 1. Null at the question, and where no path has ended yet.
 */
export function processReward(nodes: readonly TreeNode[], index: number): number | null {
  const shares = rightShares(nodes);
  const own = shares[index];
  const above = shares[nodes[index]?.parent ?? -1];
  return own === undefined || above === undefined || Number.isNaN(own) ? null : own - above;
}

const SHARES = new WeakMap<readonly TreeNode[], Float64Array>();

/** [N] share of right ends among the distinct ends at or below a node; NaN where none has ended. */
function rightShares(nodes: readonly TreeNode[]): Float64Array {
  const known = SHARES.get(nodes);
  if (known) return known;
  const ends = new Float64Array(nodes.length);
  const right = new Float64Array(nodes.length);
  // Children come after their parents, so one pass from the end adds everything up.
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]!;
    if (node.isTerminal) {
      ends[index]! += 1;
      right[index]! += node.isRight === true ? 1 : 0;
    }
    if (node.parent >= 0) {
      ends[node.parent]! += ends[index]!;
      right[node.parent]! += right[index]!;
    }
  }
  const shares = right.map((count, index) => count / ends[index]!);
  SHARES.set(nodes, shares);
  return shares;
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
