import type { GraphExecutor } from '@core/ports';

/** What `ArithmeticShare.describe` says; the share in the first group, per cent. */
export const SHARE_OF_ARITHMETIC = /([\d.]+) % of [\d.]+ s went into arithmetic/;

/** How much of the time since it was made an executor's graphs have run; the rest is bookkeeping and waiting. */
export class ArithmeticShare {
  readonly #executor: GraphExecutor;
  readonly #beginMs = performance.now();
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
    return `${((100 * computed) / wall).toFixed(1)} % of ${(wall / 1000).toFixed(1)} s went into arithmetic.`;
  }
}
