import type { TreeGrowthReport } from '@contracts/engine-protocol';
import type { SearchContext } from '@core/search/mcts';
import { treeRow } from '@core/search/tree-rows';
import type { SearchTree } from '@core/search/tree';

/** Growth is shown at most this often: what happens in between goes together. */
const SHOW_MS = 200;

interface Seen {
  nodes: number;
  simulations: number;
}

export interface GrowthReport extends Required<Pick<SearchContext, 'onNode' | 'onSimulation'>> {
  /** A tree is whole: the stored one takes its place. */
  forget(tree: SearchTree): void;
  /** Shows what is left to show now. */
  flush(): void;
}

/** Follows growing trees and shows what they have got since the last time. Its hooks go into the search of each tree. */
export function createGrowthReport(
  show: (trees: readonly TreeGrowthReport[]) => void,
  nowMs: () => number,
): GrowthReport {
  const seen = new Map<SearchTree, Seen>();
  let shownAtMs = Number.NEGATIVE_INFINITY;

  const note = (tree: SearchTree): void => {
    if (!seen.has(tree)) seen.set(tree, { nodes: 0, simulations: 0 });
    if (nowMs() - shownAtMs < SHOW_MS) return;
    shownAtMs = nowMs();
    flush();
  };
  const flush = (): void => {
    const grown = [...seen].filter(
      ([each, { nodes, simulations }]) => each.parent.length > nodes || each.simulations.length > simulations,
    );
    if (grown.length === 0) return;
    show(
      grown.map(([each, before]) => {
        const { nodes, simulations } = before;
        before.nodes = each.parent.length;
        before.simulations = each.simulations.length;
        return {
          questionId: each.question.id,
          prompt: each.question.prompt,
          referenceAnswer: each.question.referenceAnswer,
          nodes: each.parent.slice(nodes).map((_, at) => ({ ...treeRow(each, nodes + at), visits: 0, valueSum: 0 })),
          simulations: each.simulations.slice(simulations).map(({ path, value }) => ({ path: [...path], value })),
        };
      }),
    );
  };
  return { onNode: note, onSimulation: note, flush, forget: (tree) => void seen.delete(tree) };
}
