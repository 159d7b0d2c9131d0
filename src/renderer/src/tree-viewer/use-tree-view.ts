import { useCallback, useMemo, useState } from 'react';
import type { NodeMark, Simulation, TreeNode } from '@contracts/trees';
import { childrenOf, layoutTree, pathTo } from './layout';
import type { Scene } from './scene';
import { belowMarked, bestPath, findInText, passesFilter, treeAfter, type TreeFilter } from './tree-facts';

/** Trees up to this size open unfolded; larger ones open two levels deep. */
const UNFOLDED_UP_TO = 400;
const NO_MARKS: ReadonlyMap<number, NodeMark> = new Map();

/** What a viewer shows: a stored tree, or one that still grows. */
export interface TreeSource {
  readonly nodes: readonly TreeNode[];
  readonly simulations: readonly Simulation[];
}

/** Ways to go on from the selected node. */
export type Walk = 'parent' | 'child' | 'previous' | 'next' | 'first' | 'last';

/** Everything the viewer holds besides the tree: what is folded, chosen, filtered, and which moment of the search is shown. */
export interface TreeView {
  /** The tree at the moment shown. */
  readonly nodes: readonly TreeNode[];
  readonly scene: Scene;
  readonly selected: number;
  readonly filter: TreeFilter;
  readonly search: string;
  /** Nodes found, in reading order, and which of them is selected (from 0; -1 for none). */
  readonly matches: readonly number[];
  readonly matchAt: number;
  /** Walks that the tree shown has seen. */
  readonly simulation: number;
  isFolded(index: number): boolean;
  select(index: number): void;
  /** Selects a node and unfolds whatever hides it. */
  reveal(index: number): void;
  toggleFold(index: number): void;
  foldTo(depth: number | null): void;
  setFilter(filter: TreeFilter): void;
  setSearch(search: string): void;
  /** Goes to the next match, or the one before. */
  goToMatch(step: 1 | -1): void;
  setSimulation(simulation: number): void;
  /** Selects the end of the best path. */
  followBest(): void;
  /** Walks from the selected node; nothing happens at an edge of the tree. */
  walk(direction: Walk): void;
}

/** The state of one viewer over one tree. */
export function useTreeView(tree: TreeSource, marks: ReadonlyMap<number, NodeMark> = NO_MARKS): TreeView {
  const total = tree.simulations.length;
  // Null follows the newest walk, so that a tree which grows is shown as it grows.
  const [moment, setMoment] = useState<number | null>(null);
  const simulation = moment === null ? total : Math.min(moment, total);
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
  const isFolded = useCallback((index: number) => folded.has(index) || marks.get(index) === 'pruned', [folded, marks]);
  const layout = useMemo(() => {
    const isShown = filter === 'all' ? undefined : (index: number) => passesFilter(nodes[index]!, filter);
    return layoutTree(nodes, isFolded, isShown);
  }, [nodes, isFolded, filter]);
  const places = useMemo(() => new Map(layout.nodes.map((place) => [place.index, place])), [layout]);
  const matches = useMemo(() => findInText(nodes, search), [nodes, search]);
  const best = useMemo(() => bestPath(nodes), [nodes]);
  const pruned = useMemo(() => belowMarked(nodes, marks, 'pruned'), [nodes, marks]);
  const at = selected < nodes.length ? selected : 0;
  const scene = useMemo(
    (): Scene => ({
      nodes,
      layout,
      places,
      selected: at,
      // The best path while the selection is on it, else the path to the selection.
      highlighted: new Set(best.includes(at) ? best : pathTo(nodes, at)),
      found: new Set(matches),
      marks,
      pruned,
    }),
    [nodes, layout, places, at, best, matches, marks, pruned],
  );

  const toggleFold = useCallback((index: number) => {
    setFolded((before) => {
      const next = new Set(before);
      if (!next.delete(index)) next.add(index);
      return next;
    });
  }, []);
  const reveal = useCallback(
    (index: number) => {
      const open = new Set(pathTo(nodes, index).slice(0, -1));
      setFolded((before) =>
        [...open].some((each) => before.has(each)) ? new Set([...before].filter((each) => !open.has(each))) : before,
      );
      select(index);
    },
    [nodes],
  );

  const matchAt = matches.indexOf(at);
  const steps: Readonly<Record<Walk, () => number | undefined>> = {
    parent: () => nodes[at]?.parent,
    child: () => (childrenOf(nodes)[at] ?? []).find((index) => places.has(index)),
    previous: () => layout.nodes[layout.nodes.findIndex(({ index }) => index === at) - 1]?.index,
    next: () => layout.nodes[layout.nodes.findIndex(({ index }) => index === at) + 1]?.index,
    first: () => layout.nodes[0]?.index,
    last: () => layout.nodes.at(-1)?.index,
  };
  return {
    nodes,
    scene,
    selected: at,
    filter,
    search,
    matches,
    matchAt,
    simulation,
    isFolded,
    select,
    reveal,
    toggleFold,
    foldTo: (depth) => setFolded(depth === null ? new Set() : foldedBelow(nodes, depth)),
    setFilter,
    setSearch,
    goToMatch: (step) => {
      if (matches.length === 0) return;
      // From a node that is none of them the first press goes to the first match, or to the last.
      const from = matchAt === -1 && step === -1 ? 0 : matchAt;
      const next = matches[(from + step + matches.length) % matches.length];
      if (next !== undefined) reveal(next);
    },
    setSimulation: (wanted) => setMoment(wanted >= total ? null : wanted),
    followBest: () => reveal(best.at(-1) ?? 0),
    walk: (direction) => {
      // To the right of a folded node lies what it hides.
      if (direction === 'child' && folded.has(at)) {
        toggleFold(at);
        return;
      }
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
