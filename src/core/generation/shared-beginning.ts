import { sharedLength } from './admission';

/** A sequence as far as its beginning matters. */
interface Begun {
  readonly ids: ArrayLike<number>;
  /** Tokens whose keys and values are in the cache. */
  readonly fed: number;
}

/** Tokens that a step must not have to read, other rows' copies of what they share, before sharing is worth its own overhead. */
const MIN_SAVED_TOKENS = 1200;
/** Fewer rows gain too little from a common product. */
const MIN_ROWS = 3;
/** A longer beginning than the one at hand is taken out when it is longer by so much. */
const WORTH_TAKING = 1.25;

/** Keys and values of the beginning that all rows of a step have in common. */
export interface Shared<Span> {
  readonly tokens: number;
  readonly span: Span;
}

/**
 * Which beginning a step reads once for all its rows. Its keys and values are copied out when rows come or go; as long as the same ones serve,
 * nothing is copied.
 */
export class SharedBeginning<Span> {
  #ids = new Int32Array(0);
  #held: Shared<Span> | null = null;

  /**
   * @param read copies the first `tokens` tokens of the first sequence's row
   * @returns null where it does not pay
   */
  of(sequences: readonly Begun[], read: (tokens: number) => Span): Shared<Span> | null {
    const [first] = sequences;
    if (first === undefined || sequences.length < MIN_ROWS) return null;
    const pays = (tokens: number): boolean => (sequences.length - 1) * tokens >= MIN_SAVED_TOKENS;
    const common = sequences.reduce((least, { ids, fed }) => sharedLength(first.ids, least, ids, fed), first.fed);
    if (!pays(common)) return null;
    const held = this.#held;
    const isHeld =
      held !== null &&
      held.tokens <= common &&
      pays(held.tokens) &&
      common < held.tokens * WORTH_TAKING &&
      sharedLength(this.#ids, held.tokens, first.ids, common) === held.tokens;
    if (isHeld) return held;
    this.#ids = Int32Array.from({ length: common }, (_, i) => first.ids[i]!);
    this.#held = { tokens: common, span: read(common) };
    return this.#held;
  }

  /** Called when keys and values of the same ids are others now. */
  forget(): void {
    this.#held = null;
  }
}
