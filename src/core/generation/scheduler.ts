import { CancelledError } from '../errors';
import { groupByLength, rowLengthFor, sharedLength } from './admission';
import type { GenerationResult, GenerationStats } from './generator';
import { kvBytesPerToken, type KvCache, type KvRows, type KvSpan } from './kv-rows';
import type { PrefixTrie } from './prefix-trie';
import type { Sequence } from './sequence';
import { SharedBeginning } from './shared-beginning';

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

export interface SchedulerOptions<Span, Cache extends KvCache<Span>> {
  readonly decoder: StepRunner<Cache, Span>;
  /**
   * Whether a beginning that all rows share may be read once for all: sums then hang on the company. False where a sequence's numbers must not
   * depend on what is computed beside it.
   */
  readonly sharesBeginnings?: boolean;
  readonly rows: Cache;
  readonly trie: PrefixTrie<Span>;
  readonly vocabSize: number;
  readonly maxRows: number;
  readonly maxContext: number;
  /** Bytes for rows and cached prefixes together; one row is always given. */
  readonly kvBytes: number;
  /** Changes when the weights do; cached prefixes are then forgotten. */
  readonly weightsVersion: () => number;
  /**
   * Logits after these ids, computed by themselves and anew: bit for bit the same whatever else goes on. Absent where numbers are too coarse, or
   * too far away, for that to be worth it.
   */
  readonly referee?: (ids: Int32Array) => Promise<Float32Array>;
  /** Lets whoever waits for a result go on and ask for more before the next step. */
  readonly pause: () => Promise<void>;
}

/** A sequence with the promise that waits for it. */
interface Ticket {
  readonly sequence: Sequence;
  readonly resolve: (result: GenerationResult) => void;
  readonly reject: (error: unknown) => void;
  /** Age of the prefix cache when the sequence got its row: what it computed belongs to that age. */
  epoch: number;
}

/** A beginning at least this long is worth waiting for when another sequence computes it. */
const MIN_AWAITED_TOKENS = 16;
/** A rest of a prefix this short goes token by token with the decoding steps. */
const MAX_TRICKLED_TOKENS = 2;
/** Tokens of one prefill run, and of one row in it; together they bound its activations. */
export const MAX_PREFILL_TOKENS = 512;
const MAX_PREFILL_WIDTH = 512;
/** How far down the queue a round looks, in batches, for sequences that need not wait for each other's prefix. */
const LOOKAHEAD = 2;
/** Part of the memory that rows may take; the rest is for cached prefixes. */
const ROWS_SHARE = 0.5;
/** What remains when the prefix cache was full, as a share of its bound. */
const KEPT_SHARE = 0.9;
/**
 * Logits that differ by less than this may change places from one batch to another; the referee then decides. Several times what was measured
 * (docs/experiments.md, "The same trees in any company").
 */
const ROUNDING = 1e-4;

/**
 * Continuous batching: sequences move from a queue into free rows, every step feeds one token to each row, finished rows are filled again.
 * Active rows are always the first ones. What is done when depends on the requests and their order alone.
 */
export class Scheduler<Span, Cache extends KvCache<Span>> {
  readonly #options: SchedulerOptions<Span, Cache>;
  #queue: Ticket[] = [];
  /** Row i belongs to the i-th. */
  #active: Ticket[] = [];
  readonly #stats = {
    prefilledTokens: 0,
    reusedTokens: 0,
    newTokens: 0,
    decodeSteps: 0,
    closeCalls: 0,
    sharedTokens: 0,
    peakKvBytes: 0,
  };
  readonly #beginning = new SharedBeginning<Span>();
  #epoch = 0;
  #weightsVersion: number;
  #work: Promise<void> | null = null;
  #isDisposed = false;

  constructor(options: SchedulerOptions<Span, Cache>) {
    this.#options = options;
    this.#weightsVersion = options.weightsVersion();
  }

  get stats(): GenerationStats {
    const { rows, kvBytes, trie } = this.#options;
    const tokens = Math.floor(kvBytes / kvBytesPerToken(rows.layout));
    return { ...this.#stats, droppedTokens: trie.droppedTokens, kvBound: { bytes: kvBytes, tokens } };
  }

  submit(sequence: Sequence): Promise<GenerationResult> {
    return new Promise((resolve, reject) => {
      if (this.#isDisposed) {
        reject(closed());
        return;
      }
      this.#queue.push({ sequence, resolve, reject, epoch: this.#epoch });
      this.#work ??= this.#run();
    });
  }

  /** Forgets everything computed so far: what comes next goes as in a new scheduler, so a resumed job makes the same batches. */
  clearCache(): void {
    this.#epoch++;
    const { trie, rows, maxRows } = this.#options;
    trie.clear();
    this.#beginning.forget();
    // With rows for everybody their length makes no difference; where memory limits their number it decides who waits.
    if (this.#active.length === 0 && rows.rows < maxRows) this.#resize(0, 0);
  }

  /** Ends every request that is not finished. */
  async dispose(): Promise<void> {
    this.#isDisposed = true;
    this.#failAll(closed());
    await this.#work;
  }

  async #run(): Promise<void> {
    await this.#options.pause();
    while (this.#queue.length + this.#active.length > 0) {
      try {
        this.#noticeNewWeights();
        this.#dropCancelled();
        await this.#admit();
        await this.#step();
      } catch (error) {
        this.#failAll(error);
      }
      if (this.#active.length < this.#options.rows.rows) await this.#options.pause();
    }
    this.#work = null;
  }

  /** Fills free rows from the queue; in rounds, so that what one sequence computes the next can reuse. */
  async #admit(): Promise<void> {
    for (let round = this.#nextRound(); round.length > 0; round = this.#nextRound()) {
      const first = this.#active.length;
      const inOrder = this.#orderForPrefill(round);
      for (const ticket of inOrder) {
        ticket.epoch = this.#epoch;
        this.#restore(this.#active.push(ticket) - 1, ticket.sequence);
      }
      await this.#prefill(first, inOrder);
    }
  }

  /** Short rests first, which need no run; then those that have as much in the cache beside each other, with rests that ascend. */
  #orderForPrefill(round: readonly Ticket[]): Ticket[] {
    const keyed = round.map((ticket) => {
      const past = this.#cachedLength(ticket.sequence);
      const rest = ticket.sequence.prefillLength - past;
      return { ticket, rest, past: rest <= MAX_TRICKLED_TOKENS ? -1 : past };
    });
    return keyed.toSorted((a, b) => a.past - b.past || a.rest - b.rest).map(({ ticket }) => ticket);
  }

  /** Takes from the queue what can start now: no sequence whose beginning another one of the same round computes. */
  #nextRound(): Ticket[] {
    const { rows, maxRows } = this.#options;
    this.#prepareRows();
    const round: Ticket[] = [];
    const waiting: Ticket[] = [];
    const candidates = this.#queue.slice(0, LOOKAHEAD * maxRows);
    let looked = 0;
    for (const ticket of candidates) {
      // Nobody overtakes a sequence that waits for room.
      if (this.#active.length + round.length >= rows.rows || ticket.sequence.capacity > rows.length) break;
      looked++;
      (this.#mustWait(ticket.sequence, round) ? waiting : round).push(ticket);
    }
    if (looked > 0) this.#queue = [...waiting, ...this.#queue.slice(looked)];
    return round;
  }

  #mustWait(sequence: Sequence, round: readonly Ticket[]): boolean {
    const cached = this.#cachedLength(sequence);
    return round.some(({ sequence: other }) => {
      const shared = sharedLength(other.ids, other.prefillLength, sequence.ids, sequence.prefillLength);
      return shared >= MIN_AWAITED_TOKENS && shared > cached;
    });
  }

  #cachedLength(sequence: Sequence): number {
    return this.#options.trie.match(sequence.ids, sequence.prefillLength).reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Gives rows the room that the head of the queue needs, as soon as the memory allows it. */
  #prepareRows(): void {
    const { rows, maxContext, maxRows } = this.#options;
    const [head] = this.#queue;
    if (!head) return;
    const isIdle = this.#active.length === 0;
    const wanted = Math.min(maxRows, this.#queue.length);
    const isShort = head.sequence.capacity > rows.length;
    const isCramped = isIdle && rows.rows < wanted;
    if (!isShort && !isCramped) return;
    const considered = isIdle ? this.#queue.slice(0, wanted) : [head];
    const needed = considered.reduce((most, { sequence }) => Math.max(most, sequence.capacity), 0);
    const length = rowLengthFor(needed, maxContext);
    const count = this.#rowsOfLength(length);
    if (this.#active.length >= count || (length === rows.length && count === rows.rows)) return;
    this.#resize(count, length);
  }

  #resize(count: number, length: number): void {
    const { rows, decoder } = this.#options;
    decoder.forgetRows?.();
    rows.resize(count, length, this.#active.length);
  }

  #rowsOfLength(length: number): number {
    const { rows, kvBytes, maxRows } = this.#options;
    const fitting = Math.floor((kvBytes * ROWS_SHARE) / (length * kvBytesPerToken(rows.layout)));
    return Math.max(1, Math.min(maxRows, fitting));
  }

  /** Copies what is cached of a prefix into a row. */
  #restore(row: number, sequence: Sequence): void {
    const { rows, trie } = this.#options;
    for (const { span, tokens } of trie.match(sequence.ids, sequence.prefillLength)) {
      rows.write(row, sequence.fed, span, tokens);
      sequence.fed += tokens;
    }
    this.#stats.reusedTokens += sequence.fed;
  }

  /**
   * Computes what consecutive rows lack of their prefixes, ordered as `#orderForPrefill` does; a short rest is left to the decoding steps. Runs are of
   * rows with as much in the cache: where new keys lie behind cached ones then hangs on the row alone, and so does the order of every sum.
   */
  async #prefill(first: number, tickets: readonly Ticket[]): Promise<void> {
    const rests = tickets.map(({ sequence }) => sequence.prefillLength - sequence.fed);
    this.#stats.prefilledTokens += rests.reduce((sum, rest) => sum + rest, 0);
    let begin = rests.findIndex((rest) => rest > MAX_TRICKLED_TOKENS);
    while (begin >= 0 && begin < tickets.length) {
      const past = tickets[begin]?.sequence.fed;
      const other = tickets.findIndex(({ sequence }, i) => i > begin && sequence.fed !== past);
      const end = other < 0 ? tickets.length : other;
      for (const size of groupByLength(rests.slice(begin, end), MAX_PREFILL_TOKENS)) {
        await this.#prefillGroup(first + begin, tickets.slice(begin, begin + size));
        begin += size;
      }
    }
  }

  async #prefillGroup(first: number, group: readonly Ticket[]): Promise<void> {
    const { decoder, rows } = this.#options;
    for (const piece of piecesOf(group.map(({ sequence }) => sequence))) {
      await decoder.prefill(
        rows,
        first,
        piece.map(({ sequence, end }) => sequence.ids.subarray(sequence.fed, end)),
        piece.map(({ sequence }) => sequence.fed),
      );
      for (const { sequence, end } of piece) sequence.fed = end;
    }
    for (const [i, ticket] of group.entries()) this.#remember(first + i, ticket);
  }

  /** Caches what a row has computed, for prefixes to come. */
  #remember(row: number, { sequence, epoch }: Ticket): void {
    if (epoch !== this.#epoch) return;
    const { trie, rows, kvBytes } = this.#options;
    trie.insert(sequence.ids, sequence.fed, (from, to) => rows.read(row, from, to));
    this.#notePeak();
    const bound = kvBytes * (1 - ROWS_SHARE);
    if (trie.sizeBytes > bound) trie.shrink(bound * KEPT_SHARE);
  }

  async #step(): Promise<void> {
    if (this.#active.length === 0) return;
    const { rows, vocabSize } = this.#options;
    const tokens = this.#active.map(({ sequence }) => sequence.nextToken);
    const past = this.#active.map(({ sequence }) => sequence.fed);
    if (tokens.length === 1 && rows.rows > 1) {
      // A product with one row sums in another order than one with more; so a free row, which holds nothing, goes along.
      tokens.push(0);
      past.push(0);
    }
    const logits = await this.#decode(tokens, past);
    this.#stats.decodeSteps++;
    const minimum = this.#options.referee ? ROUNDING : 0;
    const open: Ticket[] = [];
    // From the last row down: the row that moves into a freed place has had its turn.
    for (let row = this.#active.length - 1; row >= 0; row--) {
      const ticket = this.#active[row];
      if (!ticket) continue;
      const own = logits.subarray(row * vocabSize, (row + 1) * vocabSize);
      const isTaken = this.#advance(row, ticket, () => ticket.sequence.accept(own, minimum));
      if (!isTaken) open.push(ticket);
    }
    // The referee's run overwrites the logits, so it comes when all others have had theirs.
    for (const ticket of open) await this.#settle(ticket);
  }

  #decode(tokens: readonly number[], past: readonly number[]): Promise<Float32Array> {
    const { decoder, rows, sharesBeginnings = false } = this.#options;
    const begun = this.#active.map(({ sequence }) => sequence);
    const shared =
      sharesBeginnings && decoder.decodeShared ? this.#beginning.of(begun, (count) => rows.read(0, 0, count)) : null;
    if (shared === null) return decoder.decode(rows, tokens, past);
    this.#stats.sharedTokens += shared.tokens * (begun.length - 1);
    return decoder.decodeShared!(rows, tokens, past, shared.span);
  }

  /** Decides a close call. */
  async #settle(ticket: Ticket): Promise<void> {
    const { sequence } = ticket;
    const logits = await this.#options.referee?.(sequence.ids.subarray(0, sequence.count));
    const row = this.#active.indexOf(ticket);
    if (logits === undefined || row < 0) return;
    this.#stats.closeCalls++;
    this.#advance(row, ticket, () => {
      sequence.settle(logits);
      return true;
    });
  }

  /** Lets the sequence of a row take its logits. @returns false where it did not */
  #advance(row: number, ticket: Ticket, take: () => boolean): boolean {
    const { sequence, resolve, reject } = ticket;
    const before = sequence.newTokens;
    let isTaken: boolean;
    try {
      isTaken = take();
    } catch (error) {
      this.#free(row);
      reject(error);
      return true;
    }
    this.#stats.newTokens += sequence.newTokens - before;
    if (!isTaken || !sequence.isFinished) return isTaken;
    this.#remember(row, ticket);
    this.#free(row);
    resolve(sequence.result());
    return true;
  }

  /** Moves the last active row into the place of `row`. */
  #free(row: number): void {
    const last = this.#active.pop();
    if (!last || row === this.#active.length) return;
    this.#options.rows.move(this.#active.length, row, last.sequence.fed);
    this.#active[row] = last;
  }

  #dropCancelled(): void {
    const isCancelled = ({ sequence }: Ticket): boolean => sequence.request.cancel?.aborted === true;
    for (const { reject } of this.#queue.filter(isCancelled)) reject(new CancelledError());
    this.#queue = this.#queue.filter((ticket) => !isCancelled(ticket));
    for (let row = this.#active.length - 1; row >= 0; row--) {
      const ticket = this.#active[row];
      if (!ticket || !isCancelled(ticket)) continue;
      this.#free(row);
      ticket.reject(new CancelledError());
    }
  }

  #noticeNewWeights(): void {
    const version = this.#options.weightsVersion();
    if (version === this.#weightsVersion) return;
    this.#weightsVersion = version;
    this.clearCache();
  }

  #failAll(error: unknown): void {
    const tickets = [...this.#active, ...this.#queue];
    this.#active = [];
    this.#queue = [];
    for (const { reject } of tickets) reject(error);
  }

  #notePeak(): void {
    const { rows, trie } = this.#options;
    const held = this.#active.reduce((sum, { sequence }) => sum + sequence.fed, 0);
    this.#stats.peakKvBytes = Math.max(this.#stats.peakKvBytes, trie.sizeBytes + held * kvBytesPerToken(rows.layout));
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

function closed(): CancelledError {
  return new CancelledError('The model was closed before this was finished.');
}
