import type { KvRows, KvSpan } from './kv-rows';

/** What the scheduler needs of a decoder. */
export interface StepRunner<Cache = KvRows, Span = KvSpan> {
  /** Fills consecutive rows; see `Decoder.prefill`. */
  prefill(rows: Cache, first: number, tokens: readonly ArrayLike<number>[], past: readonly number[]): Promise<void>;
  /** Feeds one token to each of the first rows; see `Decoder.decode`. */
  decode(rows: Cache, tokens: readonly number[], past: readonly number[]): Promise<Float32Array>;
  /** Called before the rows get other memory: whoever still looks at the old one keeps it from being given back. */
  forgetRows?(): void;
  /** The same for rows that begin alike; see `Decoder.decodeShared`. */
  decodeShared?(rows: Cache, tokens: readonly number[], past: readonly number[], shared: Span): Promise<Float32Array>;
}
