import type { SearchConfig } from './search-config';
import { meanValue, type SearchTree } from './tree';

/** What a selection rule may look at for one child. */
export interface ScoredChild {
  readonly child: number;
  /** Mean value. */
  readonly value: number;
  /** The exploration term. */
  readonly bonus: number;
}

/** Visits that other walks of the same round have announced: [N], added to the real ones. */
export type VirtualVisits = ReadonlyMap<number, number>;

/** Exploration weight at simulation `i` of `total`. */
export const EXPLORATION_WEIGHTS: Readonly<
  Record<SearchConfig['explorationSchedule'], (weight: number, i: number, total: number) => number>
> = {
  const: (weight) => weight,
  // w · 0.1^(i/R)
  exp: (weight, i, total) => weight * 0.1 ** (i / total),
  // w · (1 − 0.9 · i/R)
  lin: (weight, i, total) => weight * (1 - (0.9 * i) / total),
};

type Bonus = (weight: number, parentVisits: number, childVisits: number, prior: number) => number;

/** Exploration term of a child that was visited before. */
const BONUSES: Readonly<Record<SearchConfig['selectionRule'], Bonus>> = {
  // Kocsis and Szepesvári 2006, as in the paper's code: c · sqrt(ln N(parent) / N(child))
  uct: (weight, parentVisits, childVisits) => weight * Math.sqrt(Math.log(Math.max(1, parentVisits)) / childVisits),
  // Rosin 2011, as in AlphaZero: c · P · sqrt(N(parent)) / (1 + N(child))
  puct: (weight, parentVisits, childVisits, prior) => (weight * prior * Math.sqrt(parentVisits)) / (1 + childVisits),
};

/** What scoring reads of a tree; parallel arrays. */
export type ScoredTree = Pick<SearchTree, 'visits' | 'valueSum' | 'prior'>;

/** Value and exploration term of each given child; the viewer's inspector shows both. Unvisited children score infinite. */
export function scoreChildren(
  tree: ScoredTree,
  parent: number,
  children: readonly number[],
  rule: SearchConfig['selectionRule'],
  weight: number,
  virtual: VirtualVisits = new Map(),
): ScoredChild[] {
  const visitsOf = (node: number) => tree.visits[node]! + (virtual.get(node) ?? 0);
  const parentVisits = visitsOf(parent);
  const fallbackPrior = 1 / Math.max(1, children.length);
  return children.map((child) => {
    const visits = visitsOf(child);
    const bonus =
      visits === 0
        ? Number.POSITIVE_INFINITY
        : BONUSES[rule](weight, parentVisits, visits, tree.prior[child] ?? fallbackPrior);
    // Announced visits count as lost ones: they lower the mean until the walk comes back.
    const value = visits === 0 ? 0 : (meanValue(tree, child) * tree.visits[child]!) / visits;
    return { child, value, bonus };
  });
}

/** The child of the largest value plus bonus; the first on ties. Null when there is none. */
export function selectChild(scored: readonly ScoredChild[]): number | null {
  let best: ScoredChild | null = null;
  for (const entry of scored) if (best === null || entry.value + entry.bonus > best.value + best.bonus) best = entry;
  return best?.child ?? null;
}
