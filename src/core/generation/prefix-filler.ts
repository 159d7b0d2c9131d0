import { groupByLength } from './admission';
import type { KvCache } from './kv-rows';
import type { PrefixTrie } from './prefix-trie';
import type { Sequence } from './sequence';
import type { StepRunner } from './step-runner';

/** A rest of a prefix this short goes token by token with the decoding steps. */
const MAX_TRICKLED_TOKENS = 2;
/** Tokens of one prefill run, and of one row in it; together they bound its activations. */
export const MAX_PREFILL_TOKENS = 512;
const MAX_PREFILL_WIDTH = 512;
/** What remains when the prefix cache was full, as a share of its bound. */
const KEPT_SHARE = 0.9;

export interface PrefixFillerOptions<Span, Cache extends KvCache<Span>> {
  readonly decoder: Pick<StepRunner<Cache, Span>, 'prefill'>;
  readonly rows: Cache;
  readonly trie: PrefixTrie<Span>;
  /** Bytes that cached prefixes may take. */
  readonly bytes: number;
}

/** Fills rows with the prefixes of their sequences: what is cached is copied, the rest computed and cached for those to come. */
export class PrefixFiller<Span, Cache extends KvCache<Span>> {
  readonly #options: PrefixFillerOptions<Span, Cache>;
  readonly #stats = { prefilledTokens: 0, reusedTokens: 0 };

  constructor(options: PrefixFillerOptions<Span, Cache>) {
    this.#options = options;
  }

  /** Tokens computed, and tokens copied instead. */
  get stats(): Readonly<{ prefilledTokens: number; reusedTokens: number }> {
    return this.#stats;
  }

  /** Tokens of a sequence's prefix that need not be computed. */
  cachedLength(sequence: Sequence): number {
    return this.#options.trie.match(sequence.ids, sequence.prefillLength).reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Short rests first, which need no run; then those that have as much in the cache beside each other, with rests that ascend. */
  inOrder<T extends { readonly sequence: Sequence }>(round: readonly T[]): T[] {
    const keyed = round.map((ticket) => {
      const past = this.cachedLength(ticket.sequence);
      const rest = ticket.sequence.prefillLength - past;
      return { ticket, rest, past: rest <= MAX_TRICKLED_TOKENS ? -1 : past };
    });
    return keyed.toSorted((a, b) => a.past - b.past || a.rest - b.rest).map(({ ticket }) => ticket);
  }

  /** Copies what is cached of a prefix into a row. */
  restore(row: number, sequence: Sequence): void {
    const { rows, trie } = this.#options;
    for (const { span, tokens } of trie.match(sequence.ids, sequence.prefillLength)) {
      rows.write(row, sequence.fed, span, tokens);
      sequence.fed += tokens;
    }
    this.#stats.reusedTokens += sequence.fed;
  }

  /**
   * Computes what consecutive rows lack of their prefixes, ordered as `inOrder` does; a short rest is left to the decoding steps. Runs are of
   * rows with as much in the cache: where new keys lie behind cached ones then hangs on the row alone, and so does the order of every sum.
   * @param onFilled called for each row as soon as it is filled; the place for `remember`
   */
  async fill(
    first: number,
    sequences: readonly Sequence[],
    onFilled: (row: number, sequence: Sequence) => void,
  ): Promise<void> {
    const rests = sequences.map(({ prefillLength, fed }) => prefillLength - fed);
    this.#stats.prefilledTokens += rests.reduce((sum, rest) => sum + rest, 0);
    let begin = rests.findIndex((rest) => rest > MAX_TRICKLED_TOKENS);
    while (begin >= 0 && begin < sequences.length) {
      const past = sequences[begin]?.fed;
      const other = sequences.findIndex(({ fed }, i) => i > begin && fed !== past);
      const end = other < 0 ? sequences.length : other;
      for (const size of groupByLength(rests.slice(begin, end), MAX_PREFILL_TOKENS)) {
        const group = sequences.slice(begin, begin + size);
        await this.#fillGroup(first + begin, group);
        for (const [i, sequence] of group.entries()) onFilled(first + begin + i, sequence);
        begin += size;
      }
    }
  }

  /** Caches what a row has computed, for prefixes to come. */
  remember(row: number, sequence: Sequence): void {
    const { trie, rows } = this.#options;
    trie.insert(sequence.ids, sequence.fed, (from, to) => rows.read(row, from, to));
  }

  /** Drops what was used longest ago when the cache is full. */
  trim(): void {
    const { trie, bytes } = this.#options;
    if (trie.sizeBytes > bytes) trie.shrink(bytes * KEPT_SHARE);
  }

  async #fillGroup(first: number, group: readonly Sequence[]): Promise<void> {
    const { decoder, rows } = this.#options;
    for (const piece of piecesOf(group)) {
      await decoder.prefill(
        rows,
        first,
        piece.map(({ sequence, end }) => sequence.ids.subarray(sequence.fed, end)),
        piece.map(({ sequence }) => sequence.fed),
      );
      for (const { sequence, end } of piece) sequence.fed = end;
    }
  }
}

/** Cuts what a group of sequences lacks into runs of bounded width; lazily, as `fed` advances in between. */
function* piecesOf(group: readonly Sequence[]): Generator<{ readonly sequence: Sequence; readonly end: number }[]> {
  while (group.some(({ fed, prefillLength }) => fed < prefillLength)) {
    yield group.map((sequence) => ({
      sequence,
      end: Math.min(sequence.prefillLength, sequence.fed + MAX_PREFILL_WIDTH),
    }));
  }
}
