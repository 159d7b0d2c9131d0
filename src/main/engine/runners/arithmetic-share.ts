import { performance } from 'node:perf_hooks';
import type { GraphExecutor } from '@core/ports';

/** What `ArithmeticShare.describe` says; shares per cent in the groups: of graph runs, and of waiting for host, disk or anything else. */
export const SHARE_OF_ARITHMETIC = /([\d.]+) % of [\d.]+ s went into arithmetic, ([\d.]+) % into waiting/;

/** What the time since it was made went into: running an executor's graphs, waiting; the rest is bookkeeping and the choice of tokens. */
export class ArithmeticShare {
  readonly #executor: GraphExecutor;
  readonly #beginMs = performance.now();
  readonly #before = performance.eventLoopUtilization();
  readonly #computedBefore: number;

  constructor(executor: GraphExecutor) {
    this.#executor = executor;
    this.#computedBefore = executor.computedMs ?? 0;
  }

  /** One sentence for the log; null where nobody counts. */
  describe(): string | null {
    if (this.#executor.computedMs === undefined) return null;
    const wall = performance.now() - this.#beginMs;
    const computed = this.#executor.computedMs - this.#computedBefore;
    const { idle } = performance.eventLoopUtilization(this.#before);
    const share = (part: number) => `${((100 * part) / wall).toFixed(1)} %`;
    return `${share(computed)} of ${(wall / 1000).toFixed(1)} s went into arithmetic, ${share(idle)} into waiting.`;
  }
}
