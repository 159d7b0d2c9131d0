import { useCallback, useMemo, useState } from 'react';
import type { Tree, TreeNode } from '@contracts/trees';
import { childrenOf, layoutTree, pathTo, type TreeLayout } from './layout';
import { bestPath, passesFilter, treeAfter, type TreeFilter } from './tree-facts';

/** Trees up to this size open unfolded; larger ones open two levels deep. */
const UNFOLDED_UP_TO = 400;

/** Everything the viewer holds besides the tree: what is folded, chosen, filtered, and which moment of the search is shown. */
export interface TreeView {
  /** The tree at the moment shown. */
  readonly nodes: readonly TreeNode[];
  readonly layout: TreeLayout;
  readonly selected: number;
  readonly filter: TreeFilter;
  readonly search: string;
  readonly simulation: number;
  /** The best path when it is followed, else the path to the selected node. */
  readonly highlighted: ReadonlySet<number>;
  isFolded(index: number): boolean;
  select(index: number): void;
  toggleFold(index: number): void;
  foldTo(depth: number | null): void;
  setFilter(filter: TreeFilter): void;
  setSearch(search: string): void;
  setSimulation(simulation: number): void;
  /** Selects the end of the best path. */
  followBest(): void;
  /** Walks from the selected node; nothing happens at an edge of the tree. */
  walk(direction: 'parent' | 'child' | 'previous' | 'next'): void;
}

/** The state of one viewer over one tree. */
export function useTreeView(tree: Tree): TreeView {
  const total = tree.simulations.length;
  const [simulation, setSimulation] = useState(total);
  const [selected, select] = useState(0);
  const [filter, setFilter] = useState<TreeFilter>('all');
  const [search, setSearch] = useState('');
  const [folded, setFolded] = useState<ReadonlySet<number>>(() =>
    tree.nodes.length > UNFOLDED_UP_TO ? foldedBelow(tree.nodes, 2) : new Set(),
  );

  const nodes = useMemo(
    () => (simulation >= total ? tree.nodes : treeAfter(tree.nodes, tree.simulations, simulation)),
    [tree, simulation, total],
  );
  const isFolded = useCallback((index: number) => folded.has(index), [folded]);
  const layout = useMemo(() => {
    const isShown =
      filter === 'all' && search === '' ? undefined : (index: number) => passesFilter(nodes[index]!, filter, search);
    return layoutTree(nodes, isFolded, isShown);
  }, [nodes, isFolded, filter, search]);
  const best = useMemo(() => bestPath(nodes), [nodes]);
  const at = selected < nodes.length ? selected : 0;
  const highlighted = useMemo(() => new Set(best.includes(at) ? best : pathTo(nodes, at)), [best, nodes, at]);

  const toggleFold = useCallback((index: number) => {
    setFolded((before) => {
      const next = new Set(before);
      if (!next.delete(index)) next.add(index);
      return next;
    });
  }, []);
  const reveal = (index: number) => {
    const open = new Set(pathTo(nodes, index).slice(0, -1));
    setFolded((before) => (before.size === 0 ? before : new Set([...before].filter((each) => !open.has(each)))));
    select(index);
  };
  const visible = layout.nodes.map((place) => place.index);
  const steps: Readonly<Record<Parameters<TreeView['walk']>[0], () => number | undefined>> = {
    parent: () => nodes[at]?.parent,
    child: () => visible.find((index) => nodes[index]?.parent === at),
    previous: () => visible[visible.indexOf(at) - 1],
    next: () => visible[visible.indexOf(at) + 1],
  };
  return {
    nodes,
    layout,
    selected: at,
    filter,
    search,
    simulation,
    highlighted,
    isFolded,
    select,
    toggleFold,
    foldTo: (depth) => setFolded(depth === null ? new Set() : foldedBelow(nodes, depth)),
    setFilter,
    setSearch,
    setSimulation,
    followBest: () => reveal(best.at(-1) ?? 0),
    walk: (direction) => {
      const next = steps[direction]();
      if (next !== undefined && next >= 0) select(next);
    },
  };
}

/** Every node at or below a depth that has children. */
function foldedBelow(nodes: readonly TreeNode[], depth: number): ReadonlySet<number> {
  const children = childrenOf(nodes);
  return new Set(
    nodes.filter((node) => node.depth >= depth && (children[node.index]?.length ?? 0) > 0).map((node) => node.index),
  );
}
