import { useEffect, useState } from 'react';
import type { RunId, TreeId } from '@contracts/ids';
import type { Simulation, TreeGrowth, TreeNode } from '@contracts/trees';
import { client } from '../../lib/api';
import { countVisits } from '../../tree-viewer/tree-facts';
import type { TreeSource } from '../../tree-viewer/use-tree-view';

export interface GrowingTreeState {
  readonly tree: TreeSource;
  /** Where it can be opened once it is whole. */
  readonly storedAs: TreeId | null;
  /** The run ended before the tree was whole. */
  readonly isStopped: boolean;
  readonly error: unknown;
}

const EMPTY: GrowingTreeState = {
  tree: { nodes: [], simulations: [] },
  storedAs: null,
  isStopped: false,
  error: null,
};

/** A tree as it grows. News that come together are shown together, at most once a frame. */
export function useGrowingTree(runId: RunId, questionId: string): GrowingTreeState {
  const [state, setState] = useState(EMPTY);
  useEffect(() => {
    const ended = new AbortController();
    let raw: { nodes: TreeNode[]; simulations: Simulation[] } = { nodes: [], simulations: [] };
    let pending = 0;
    const show = () => {
      pending = 0;
      const tree = { nodes: countVisits(raw.nodes, raw.simulations), simulations: [...raw.simulations] };
      setState((before) => ({ ...before, tree }));
    };
    const take: { [T in TreeGrowth['type']]: (growth: Extract<TreeGrowth, { type: T }>) => void } = {
      grown: ({ from, nodes, simulations }) => {
        raw =
          from === 0
            ? { nodes, simulations }
            : { nodes: [...raw.nodes, ...nodes], simulations: [...raw.simulations, ...simulations] };
        if (pending === 0) pending = requestAnimationFrame(show);
      },
      stored: ({ treeId }) => setState((before) => ({ ...before, storedAs: treeId })),
      stopped: () => setState((before) => ({ ...before, isStopped: true })),
    };
    const listen = async (): Promise<void> => {
      const growths = await client.trees.watchGrowth({ runId, questionId }, { signal: ended.signal });
      for await (const growth of growths) {
        // The row of the table belongs to the type that it is looked up by.
        (take[growth.type] as (growth: TreeGrowth) => void)(growth);
      }
    };
    setState(EMPTY);
    listen().catch((error: unknown) => {
      if (!ended.signal.aborted) setState((before) => ({ ...before, error }));
    });
    return () => {
      ended.abort();
      cancelAnimationFrame(pending);
    };
  }, [runId, questionId]);
  return state;
}
