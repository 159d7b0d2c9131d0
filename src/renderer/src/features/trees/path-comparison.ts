import type { TreeNode } from '@contracts/trees';
import { stepsTo } from '../../tree-viewer/tree-facts';

/** Two paths held against each other: the steps they share, then the rest of each, step beside step. */
export interface PathComparison {
  readonly shared: readonly TreeNode[];
  readonly rows: readonly { readonly first: TreeNode | null; readonly second: TreeNode | null }[];
}

/** Compares the paths to two nodes of one tree, the question left out. */
export function comparePaths(nodes: readonly TreeNode[], first: number, second: number): PathComparison {
  const [a, b] = [stepsTo(nodes, first), stepsTo(nodes, second)];
  let shared = 0;
  while (shared < a.length && shared < b.length && a[shared]!.index === b[shared]!.index) shared++;
  const length = Math.max(a.length, b.length) - shared;
  return {
    shared: a.slice(0, shared),
    rows: Array.from({ length }, (_, at) => ({ first: a[shared + at] ?? null, second: b[shared + at] ?? null })),
  };
}
