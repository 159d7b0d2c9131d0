import { NO_PARENT, pathTo, type SearchTree } from './tree';

/** Adds one finished walk: value and a visit to every node of its path, and the walk to the log. */
export function backUp(tree: SearchTree, leaf: number, value: number): void {
  const path = pathTo(tree, leaf);
  for (const node of path) {
    tree.visits[node]! += 1;
    tree.valueSum[node]! += value;
  }
  tree.simulations.push({ path, value });
}

/**
 * Marks nodes below which nothing new can be found, from `node` upwards.
 * @param hasOpenSlots whether a node still has steps that were not written
 */
export function markExhausted(tree: SearchTree, node: number, hasOpenSlots: (node: number) => boolean): void {
  for (let at = node; at !== NO_PARENT; at = tree.parent[at]!) {
    if (!tree.isTerminal[at] && (hasOpenSlots(at) || !tree.children[at]!.every((child) => tree.isExhausted[child])))
      return;
    tree.isExhausted[at] = true;
  }
}
