import type { TreeGrowthReport } from '@contracts/engine-protocol';
import type { RunId, TreeId } from '@contracts/ids';
import type { GrowingTree, TreeGrowth } from '@contracts/trees';
import type { EventBus } from './events';

/** Windows are told that lists of growing trees changed at most this often. */
const TELL_MS = 1000;

interface LiveTree extends TreeGrowthReport {
  readonly watchers: Set<(growth: TreeGrowth) => void>;
}

export interface LiveTreesDeps {
  readonly bus: EventBus;
  readonly nowMs: () => number;
  readonly findTree: (runId: RunId, questionId: string) => TreeId | null;
}

/**
 * Trees that a running search has begun and not yet stored: in memory alone, gone with the run. What they hold is a view for people; the
 * engine stores each tree whole, and a tree that was cut short is grown again.
 */
export class LiveTrees {
  readonly #deps: LiveTreesDeps;
  readonly #runs = new Map<RunId, Map<string, LiveTree>>();
  #toldAtMs = Number.NEGATIVE_INFINITY;

  constructor(deps: LiveTreesDeps) {
    this.#deps = deps;
  }

  grow(runId: RunId, reports: readonly TreeGrowthReport[]): void {
    const trees = this.#runs.get(runId) ?? new Map<string, LiveTree>();
    this.#runs.set(runId, trees);
    for (const report of reports) {
      const known = trees.get(report.questionId);
      // A tree whose first node comes again is grown anew.
      const isNew = report.nodes[0]?.index === 0;
      if (known === undefined && !isNew) continue;
      const watchers = known?.watchers ?? new Set();
      const from = isNew ? 0 : (known?.nodes.length ?? 0);
      if (known && !isNew) {
        known.nodes.push(...report.nodes);
        known.simulations.push(...report.simulations);
      } else {
        trees.set(report.questionId, {
          ...report,
          nodes: [...report.nodes],
          simulations: [...report.simulations],
          watchers,
        });
      }
      for (const tell of watchers) {
        tell({ type: 'grown', from, nodes: report.nodes, simulations: report.simulations });
      }
    }
    this.#tell(runId);
  }

  /** A tree was stored whole: whoever watched it can go on to the stored one. */
  store(runId: RunId, questionId: string): void {
    const tree = this.#runs.get(runId)?.get(questionId);
    if (!tree) return;
    this.#runs.get(runId)?.delete(questionId);
    const treeId = this.#deps.findTree(runId, questionId);
    for (const tell of tree.watchers) tell(treeId === null ? { type: 'stopped' } : { type: 'stored', treeId });
  }

  /** The run came to an end, whichever. */
  stop(runId: RunId): void {
    const trees = this.#runs.get(runId);
    if (!trees) return;
    this.#runs.delete(runId);
    for (const { watchers } of trees.values()) for (const tell of watchers) tell({ type: 'stopped' });
    this.#deps.bus.publish({ type: 'treesGrowing', runId });
  }

  close(): void {
    for (const runId of [...this.#runs.keys()]) this.stop(runId);
  }

  list(runId: RunId): GrowingTree[] {
    return [...(this.#runs.get(runId)?.values() ?? [])].map((tree) => ({
      runId,
      questionId: tree.questionId,
      prompt: tree.prompt,
      referenceAnswer: tree.referenceAnswer,
      nodeCount: tree.nodes.length,
      simulationCount: tree.simulations.length,
      rightLeaves: tree.nodes.filter((node) => node.isTerminal && node.isRight === true).length,
    }));
  }

  /** Everything so far, then what comes, until the tree is stored or its run ends. */
  async *watch(runId: RunId, questionId: string, signal?: AbortSignal): AsyncGenerator<TreeGrowth, undefined, void> {
    const tree = this.#runs.get(runId)?.get(questionId);
    if (!tree) {
      const treeId = this.#deps.findTree(runId, questionId);
      yield treeId === null ? { type: 'stopped' } : { type: 'stored', treeId };
      return undefined;
    }
    const waiting: TreeGrowth[] = [
      { type: 'grown', from: 0, nodes: [...tree.nodes], simulations: [...tree.simulations] },
    ];
    let wake: (() => void) | null = null;
    const tell = (growth: TreeGrowth) => {
      waiting.push(growth);
      wake?.();
    };
    const end = () => wake?.();
    tree.watchers.add(tell);
    signal?.addEventListener('abort', end, { once: true });
    try {
      while (!signal?.aborted) {
        const next = waiting.shift();
        if (next === undefined) {
          await new Promise<void>((resolve) => (wake = resolve));
          wake = null;
          continue;
        }
        yield next;
        if (next.type !== 'grown') return undefined;
      }
      return undefined;
    } finally {
      tree.watchers.delete(tell);
      signal?.removeEventListener('abort', end);
    }
  }

  #tell(runId: RunId): void {
    const now = this.#deps.nowMs();
    if (now - this.#toldAtMs < TELL_MS) return;
    this.#toldAtMs = now;
    this.#deps.bus.publish({ type: 'treesGrowing', runId });
  }
}
