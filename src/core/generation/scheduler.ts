import { CancelledError } from '../errors';
import { groupByLength, rowLengthFor, sharedLength } from './admission';
import type { Decoder } from './decoder';
import type { GenerationResult, GenerationStats } from './generator';
import { kvBytesPerToken, type KvRows } from './kv-rows';
import type { PrefixTrie } from './prefix-trie';
import type { Sequence } from './sequence';

/** What the scheduler needs of a decoder. */
export type StepRunner = Pick<Decoder, 'prefillFresh' | 'prefillUpon' | 'decode'>;

export interface SchedulerOptions {
  readonly decoder: StepRunner;
  readonly rows: KvRows;
  readonly trie: PrefixTrie;
  readonly vocabSize: number;
  readonly maxRows: number;
  readonly maxContext: number;
  /** Bytes for rows and cached prefixes together; one row is always given. */
  readonly kvBytes: number;
  /** Changes when the weights do; cached prefixes are then forgotten. */
  readonly weightsVersion: () => number;
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

/** Beginnings shorter than this are computed again rather than waited for or copied: a batch of fresh prefixes is cheaper. */
const MIN_SHARED_TOKENS = 16;
/** A rest of a prefix this short goes token by token with the decoding steps, which costs about as much as a run of its own. */
const MAX_TRICKLED_TOKENS = 6;
/** Tokens of one prefill run, which bounds its activations. */
const MAX_PREFILL_TOKENS = 4096;
/** How far down the queue a round looks, in batches, for sequences that need not wait for each other's prefix. */
const LOOKAHEAD = 2;
/** Part of the memory that rows may take; the rest is for cached prefixes. */
const ROWS_SHARE = 0.5;
/** What remains when the prefix cache was full, as a share of its bound. */
const KEPT_SHARE = 0.9;

/**
 * Continuous batching: sequences move from a queue into free rows, every step feeds one token to each row, finished rows are filled again.
 * Active rows are always the first ones. What is done when depends on the requests and their order alone.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #queue: Ticket[] = [];
  /** Row i belongs to the i-th. */
  #active: Ticket[] = [];
  readonly #stats = { prefilledTokens: 0, reusedTokens: 0, newTokens: 0, decodeSteps: 0, peakKvBytes: 0 };
  #epoch = 0;
  #weightsVersion: number;
  #work: Promise<void> | null = null;
  #isDisposed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#weightsVersion = options.weightsVersion();
  }

  get stats(): GenerationStats {
    return { ...this.#stats };
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

  clearCache(): void {
    this.#epoch++;
    this.#options.trie.clear();
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
      const cachedOf = new Map(round.map((ticket) => [ticket, this.#usefulCache(ticket.sequence)]));
      const fresh = round.filter((ticket) => cachedOf.get(ticket) === 0).toSorted(byPrefillLength);
      const upon = round.filter((ticket) => cachedOf.get(ticket) !== 0);
      const first = this.#active.length;
      for (const ticket of [...fresh, ...upon]) {
        ticket.epoch = this.#epoch;
        this.#active.push(ticket);
      }
      await this.#prefillFresh(first, fresh);
      for (const [i, ticket] of upon.entries()) {
        const row = first + fresh.length + i;
        this.#restore(row, ticket.sequence);
        await this.#prefillRest(row, ticket);
      }
    }
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
      return shared >= MIN_SHARED_TOKENS && shared > cached;
    });
  }

  #cachedLength(sequence: Sequence): number {
    return this.#options.trie.match(sequence.ids, sequence.prefillLength).reduce((sum, { tokens }) => sum + tokens, 0);
  }

  /** Cached tokens worth copying; 0 when the prefix is better computed in a batch with others. */
  #usefulCache(sequence: Sequence): number {
    const cached = this.#cachedLength(sequence);
    return cached >= MIN_SHARED_TOKENS || sequence.prefillLength - cached <= MAX_TRICKLED_TOKENS ? cached : 0;
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
    rows.resize(count, length, this.#active.length);
  }

  #rowsOfLength(length: number): number {
    const { rows, kvBytes, maxRows } = this.#options;
    const fitting = Math.floor((kvBytes * ROWS_SHARE) / (length * kvBytesPerToken(rows.layout)));
    return Math.max(1, Math.min(maxRows, fitting));
  }

  /** @param fresh ascending by length, for consecutive rows from `first` on */
  async #prefillFresh(first: number, fresh: readonly Ticket[]): Promise<void> {
    const { decoder, rows } = this.#options;
    let begin = 0;
    for (const size of groupByLength(
      fresh.map(({ sequence }) => sequence.prefillLength),
      MAX_PREFILL_TOKENS,
    )) {
      const group = fresh.slice(begin, begin + size);
      if (size === 1) {
        for (const ticket of group) await this.#prefillRest(first + begin, ticket);
      } else {
        const prefixes = group.map(({ sequence }) => sequence.ids.subarray(0, sequence.prefillLength));
        await decoder.prefillFresh(rows, first + begin, prefixes);
        for (const [i, ticket] of group.entries()) {
          ticket.sequence.fed = ticket.sequence.prefillLength;
          this.#stats.prefilledTokens += ticket.sequence.fed;
          this.#remember(first + begin + i, ticket);
        }
      }
      begin += size;
    }
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

  /** Computes what a row lacks of its prefix, in pieces; a short rest is left to the decoding steps. */
  async #prefillRest(row: number, ticket: Ticket): Promise<void> {
    const { decoder, rows } = this.#options;
    const { sequence } = ticket;
    const rest = sequence.prefillLength - sequence.fed;
    this.#stats.prefilledTokens += rest;
    if (rest <= MAX_TRICKLED_TOKENS) return;
    while (sequence.fed < sequence.prefillLength) {
      const end = Math.min(sequence.prefillLength, sequence.fed + MAX_PREFILL_TOKENS);
      await decoder.prefillUpon(rows, row, sequence.fed, sequence.ids.subarray(sequence.fed, end));
      sequence.fed = end;
    }
    this.#remember(row, ticket);
  }

  /** Caches what a row has computed, for prefixes to come. */
  #remember(row: number, { sequence, epoch }: Ticket): void {
    if (epoch !== this.#epoch) return;
    const { trie, rows, kvBytes } = this.#options;
    trie.insert(sequence.ids, sequence.fed, (from, to) => rows.read(row, from, to));
    this.#notePeak();
    const bound = Math.max(0, kvBytes - rows.sizeBytes);
    if (trie.sizeBytes > bound) trie.shrink(bound * KEPT_SHARE);
  }

  async #step(): Promise<void> {
    if (this.#active.length === 0) return;
    const { decoder, rows, vocabSize } = this.#options;
    const tokens = this.#active.map(({ sequence }) => sequence.nextToken);
    const past = this.#active.map(({ sequence }) => sequence.fed);
    const logits = await decoder.decode(rows, tokens, past);
    this.#stats.decodeSteps++;
    // From the last row down: the row that moves into a freed place has had its turn.
    for (let row = this.#active.length - 1; row >= 0; row--)
      this.#accept(row, logits.subarray(row * vocabSize, (row + 1) * vocabSize));
  }

  #accept(row: number, logits: Float32Array): void {
    const ticket = this.#active[row];
    if (!ticket) return;
    const { sequence, resolve, reject } = ticket;
    const before = sequence.newTokens;
    try {
      sequence.accept(logits);
    } catch (error) {
      this.#free(row);
      reject(error);
      return;
    }
    this.#stats.newTokens += sequence.newTokens - before;
    if (!sequence.isFinished) return;
    this.#remember(row, ticket);
    this.#free(row);
    resolve(sequence.result());
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

function byPrefillLength(a: Ticket, b: Ticket): number {
  return a.sequence.prefillLength - b.sequence.prefillLength;
}

function closed(): CancelledError {
  return new CancelledError('The model was closed before this was finished.');
}
