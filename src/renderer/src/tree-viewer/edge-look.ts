import type { TreeNode } from '@contracts/trees';
import { meanValue } from './tree-facts';

/** How good the way to a node has proved, by the mean of the values that came back through it. */
export type EdgeClass = 'unvisited' | 'never' | 'sometimes' | 'mostly';

/** From here on more than half of a way's value is right. */
const MOSTLY_FROM = 0.5;

/** In legend order. */
export const EDGE_CLASSES: readonly EdgeClass[] = ['mostly', 'sometimes', 'never', 'unvisited'];

/** The dashes tell the class without any colour; lengths in pixels at zoom 1. */
export const EDGE_DASHES: Readonly<Record<EdgeClass, readonly number[]>> = {
  mostly: [],
  sometimes: [9, 4],
  never: [3, 4],
  unvisited: [1, 5],
};

export function edgeClassOf(node: Pick<TreeNode, 'visits' | 'valueSum'>): EdgeClass {
  if (node.visits === 0) return 'unvisited';
  const value = meanValue(node);
  return value >= MOSTLY_FROM ? 'mostly' : value > 0 ? 'sometimes' : 'never';
}

/** Width of the line to a node by its share of all walks, pixels at zoom 1: 1 to 6. */
export function edgeWidth(visits: number, allVisits: number): number {
  return 1 + 5 * Math.sqrt(Math.min(1, visits / Math.max(1, allVisits)));
}
