import { CancelledError } from '../errors';
import { sharedLength } from './admission';
import type { GenerationResult, GenerationStats } from './generator';
import { kvBytesPerToken, type KvCache } from './kv-rows';
import { PrefixFiller } from './prefix-filler';
import type { PrefixTrie } from './prefix-trie';
import { RowPlan } from './row-plan';
import type { Sequence } from './sequence';
import { SharedBeginning } from './shared-beginning';
import type { StepRunner } from './step-runner';

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
/** How far down the queue a round looks, in batches, for sequences that need not wait for each other's prefix. */
const LOOKAHEAD = 2;
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
  readonly #plan: RowPlan<Span, Cache>;
  readonly #prefixes: PrefixFiller<Span, Cache>;
  readonly #stats = {
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
    const { decoder, rows, trie } = options;
    this.#plan = new RowPlan({ ...options, onResize: () => decoder.forgetRows?.() });
    this.#prefixes = new PrefixFiller({ decoder, rows, trie, bytes: this.#plan.prefixBytes });
    this.#weightsVersion = options.weightsVersion();
  }

  get stats(): GenerationStats {
    const { rows, kvBytes, trie } = this.#options;
    const tokens = Math.floor(kvBytes / kvBytesPerToken(rows.layout));
    return {
      ...this.#stats,
      ...this.#prefixes.stats,
      droppedTokens: trie.droppedTokens,
      kvBound: { bytes: kvBytes, tokens },
    };
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
    this.#options.trie.clear();
    this.#beginning.forget();
    if (this.#active.length === 0) this.#plan.forget();
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
      const inOrder = this.#prefixes.inOrder(round);
      for (const ticket of inOrder) {
        ticket.epoch = this.#epoch;
        this.#prefixes.restore(this.#active.push(ticket) - 1, ticket.sequence);
      }
      const sequences = inOrder.map(({ sequence }) => sequence);
      await this.#prefixes.fill(first, sequences, (row) => this.#remember(row, inOrder[row - first]!));
    }
  }

  /** Takes from the queue what can start now: no sequence whose beginning another one of the same round computes. */
  #nextRound(): Ticket[] {
    const { rows, maxRows } = this.#options;
    this.#plan.makeRoom(
      this.#queue.slice(0, maxRows).map(({ sequence }) => sequence),
      this.#active.length,
    );
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
    const cached = this.#prefixes.cachedLength(sequence);
    return round.some(({ sequence: other }) => {
      const shared = sharedLength(other.ids, other.prefillLength, sequence.ids, sequence.prefillLength);
      return shared >= MIN_AWAITED_TOKENS && shared > cached;
    });
  }

  /** Caches what a row has computed, unless the cache was cleared since it began. */
  #remember(row: number, { sequence, epoch }: Ticket): void {
    if (epoch !== this.#epoch) return;
    this.#prefixes.remember(row, sequence);
    this.#notePeak();
    this.#prefixes.trim();
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

function closed(): CancelledError {
  return new CancelledError('The model was closed before this was finished.');
}
