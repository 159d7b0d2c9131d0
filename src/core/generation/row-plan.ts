import { rowLengthFor } from './admission';
import { kvBytesPerToken, type KvCache } from './kv-rows';
import type { Sequence } from './sequence';

/** Part of the memory that rows may take; the rest is for cached prefixes. */
const ROWS_SHARE = 0.5;

export interface RowPlanOptions<Span, Cache extends KvCache<Span>> {
  readonly rows: Cache;
  readonly maxRows: number;
  readonly maxContext: number;
  /** Bytes for rows and cached prefixes together; one row is always given. */
  readonly kvBytes: number;
  /** Called before rows get other memory. */
  readonly onResize: () => void;
}

/** How many rows of which length there are, within the memory for keys and values. */
export class RowPlan<Span, Cache extends KvCache<Span>> {
  readonly #options: RowPlanOptions<Span, Cache>;

  constructor(options: RowPlanOptions<Span, Cache>) {
    this.#options = options;
  }

  /** Bytes that cached prefixes may take. */
  get prefixBytes(): number {
    return this.#options.kvBytes * (1 - ROWS_SHARE);
  }

  /**
   * Gives rows the room that the head of the queue needs, as soon as the memory allows it.
   * @param queue  whoever waits, at least as many as rows are allowed or all of them
   * @param active rows in use, the first ones; they keep what they hold
   */
  makeRoom(queue: readonly Sequence[], active: number): void {
    const { rows, maxContext, maxRows } = this.#options;
    const [head] = queue;
    if (!head) return;
    const isIdle = active === 0;
    const wanted = Math.min(maxRows, queue.length);
    const isShort = head.capacity > rows.length;
    const isCramped = isIdle && rows.rows < wanted;
    if (!isShort && !isCramped) return;
    const considered = isIdle ? queue.slice(0, wanted) : [head];
    const needed = considered.reduce((most, { capacity }) => Math.max(most, capacity), 0);
    const length = rowLengthFor(needed, maxContext);
    const count = this.#rowsOfLength(length);
    if (active >= count || (length === rows.length && count === rows.rows)) return;
    this.#resize(count, length, active);
  }

  /** With rows for everybody their length makes no difference; where memory limits their number it decides who waits, so it is planned anew. */
  forget(): void {
    const { rows, maxRows } = this.#options;
    if (rows.rows < maxRows) this.#resize(0, 0, 0);
  }

  #resize(count: number, length: number, active: number): void {
    this.#options.onResize();
    this.#options.rows.resize(count, length, active);
  }

  #rowsOfLength(length: number): number {
    const { rows, kvBytes, maxRows } = this.#options;
    const fitting = Math.floor((kvBytes * ROWS_SHARE) / (length * kvBytesPerToken(rows.layout)));
    return Math.max(1, Math.min(maxRows, fitting));
  }
}
