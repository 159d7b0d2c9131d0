import type { JsonCursor } from '../formats/json';
import { encodeUtf8 } from '../formats/utf8';
import { readVocabulary, type TokenModel, type Vocabulary } from './vocabulary';

/** Words whose ids are remembered; natural text repeats itself, so this is most of the speed. */
const CACHED_WORDS = 50_000;
const CACHED_WORD_LENGTH = 64;

/** What a BPE model does with a character that has no token. */
interface UnknownRule {
  readonly unknownId: number | undefined;
  /** Neighbouring unknowns become one. */
  readonly fuse: boolean;
  /** By byte, the ids of `<0x00>`…`<0xFF>` where they serve as fallback. */
  readonly byteIds: readonly (number | undefined)[] | null;
}

/** Merges by the pair of ids they join. */
interface MergeTable {
  /** A lower rank merges first. */
  readonly ranks: PairRanks;
  /** Id of the merged token, by rank. */
  readonly merged: Int32Array;
}

/**
 * Byte-pair encoding as the `tokenizers` library runs it: symbols are merged in the order of the merge list, leftmost first.
 * Byte-level (GPT-2, Llama 3, Qwen) and character-level with byte fallback (Llama 1 and 2) alike.
 * @see Sennrich et al. 2016, arXiv:1508.07909
 * @throws WorkbenchError `json-value`, `json-unsupported`
 */
export function readBpe(model: JsonCursor): TokenModel {
  for (const key of ['continuing_subword_prefix', 'end_of_word_suffix', 'dropout'] as const) {
    const { value } = model.at(key);
    if (value !== undefined && value !== null && value !== '' && value !== 0)
      throw model.at(key).unsupported('this kind of BPE is not supported');
  }
  const vocabulary = readVocabulary(model.at('vocab'));
  const merges = readMerges(model.at('merges'), vocabulary);
  const unknowns = readUnknownRule(model, vocabulary);
  const ignoreMerges = model.at('ignore_merges').boolean(false);
  const cache = new Map<string, readonly number[]>();

  const split = (word: string): readonly number[] => {
    const whole = ignoreMerges ? vocabulary.ids.get(word) : undefined;
    return whole === undefined ? mergeSymbols(toSymbols(word, vocabulary, unknowns), merges) : [whole];
  };

  return {
    vocabulary,
    encodeWord(word, ids) {
      const known = cache.get(word);
      const found = known ?? split(word);
      if (known === undefined && word.length <= CACHED_WORD_LENGTH) {
        if (cache.size >= CACHED_WORDS) cache.clear();
        cache.set(word, found);
      }
      for (const id of found) ids.push(id);
    },
  };
}

function readMerges(list: JsonCursor, { ids }: Vocabulary): MergeTable {
  if (!Array.isArray(list.value)) throw list.wrong('a list of merges');
  const items: readonly unknown[] = list.value;
  const ranks = new PairRanks(items.length);
  const merged = new Int32Array(items.length);
  for (let rank = 0; rank < items.length; rank++) {
    const pair = splitMerge(items[rank]);
    if (pair === null) throw list.at(rank).wrong('two tokens');
    const [left, right] = pair;
    const leftId = ids.get(left);
    const rightId = ids.get(right);
    const mergedId = ids.get(left + right);
    if (leftId === undefined || rightId === undefined || mergedId === undefined)
      throw list.at(rank).wrong('tokens that are in the vocabulary');
    ranks.add(leftId, rightId, rank);
    merged[rank] = mergedId;
  }
  return { ranks, merged };
}

/** A merge is written `"a b"` or `["a", "b"]`. */
function splitMerge(item: unknown): readonly [string, string] | null {
  if (typeof item === 'string') {
    // The second token may hold spaces in no vocabulary written this way; the first blank divides.
    const at = item.indexOf(' ', 1);
    return at < 0 ? null : [item.slice(0, at), item.slice(at + 1)];
  }
  if (!Array.isArray(item) || item.length !== 2) return null;
  const [left, right] = item as readonly unknown[];
  return typeof left === 'string' && typeof right === 'string' ? [left, right] : null;
}

function readUnknownRule(model: JsonCursor, vocabulary: Vocabulary): UnknownRule {
  const unknown = model.at('unk_token');
  const byteIds = model.at('byte_fallback').boolean(false)
    ? Array.from({ length: 256 }, (_, byte) =>
        vocabulary.ids.get(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`),
      )
    : null;
  return {
    unknownId: unknown.isAbsent ? undefined : vocabulary.ids.get(unknown.text()),
    fuse: model.at('fuse_unk').boolean(false),
    byteIds,
  };
}

/** One id for each character; a character without one becomes its bytes, else the unknown token, else nothing. */
function toSymbols(word: string, vocabulary: Vocabulary, { unknownId, fuse, byteIds }: UnknownRule): number[] {
  const symbols: number[] = [];
  let afterUnknown = false;
  for (const char of word) {
    const id = vocabulary.ids.get(char);
    const bytes = id === undefined && byteIds ? Array.from(encodeUtf8(char), (byte) => byteIds[byte]) : [];
    if (id !== undefined) symbols.push(id);
    else if (bytes.length > 0 && bytes.every((byte) => byte !== undefined)) symbols.push(...bytes);
    else {
      if (unknownId !== undefined && !(fuse && afterUnknown)) symbols.push(unknownId);
      afterUnknown = true;
      continue;
    }
    afterUnknown = false;
  }
  return symbols;
}

/**
 * Merges neighbours until no merge applies: a heap of candidates ordered by (rank, position) over a linked list of symbols,
 * n log n for a word of n characters. A candidate that later merges made stale is told by its rank no longer fitting its place.
 */
function mergeSymbols(symbols: number[], { ranks, merged }: MergeTable): readonly number[] {
  const n = symbols.length;
  if (n < 2) return symbols;
  const next = Int32Array.from({ length: n }, (_, i) => i + 1);
  const previous = Int32Array.from({ length: n }, (_, i) => i - 1);
  const rankAt = (at: number): number => {
    const right = next[at]!;
    return right >= n ? -1 : ranks.rankOf(symbols[at]!, symbols[right]!);
  };
  const heap = new CandidateHeap();
  for (let i = 0; i < n - 1; i++) heap.pushUnlessNone(rankAt(i), i);
  for (let candidate = heap.pop(); candidate !== null; candidate = heap.pop()) {
    const { rank, at } = candidate;
    if (symbols[at] === GONE || rankAt(at) !== rank) continue;
    const right = next[at]!;
    symbols[at] = merged[rank]!;
    symbols[right] = GONE;
    next[at] = next[right]!;
    if (next[at]! < n) previous[next[at]!] = at;
    heap.pushUnlessNone(rankAt(at), at);
    const left = previous[at]!;
    if (left >= 0) heap.pushUnlessNone(rankAt(left), left);
  }
  return symbols.filter((id) => id !== GONE);
}

/** Marks a symbol that was merged into the one before it. */
const GONE = -1;

/** Binary heap of (rank, position) pairs, each packed into one number: rank · 2^30 + position. */
class CandidateHeap {
  readonly #keys: number[] = [];

  pushUnlessNone(rank: number, at: number): void {
    if (rank < 0) return;
    const keys = this.#keys;
    const key = rank * POSITIONS + at;
    let hole = keys.length;
    keys.push(key);
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[hole] = keys[parent]!;
      hole = parent;
    }
    keys[hole] = key;
  }

  pop(): { readonly rank: number; readonly at: number } | null {
    const keys = this.#keys;
    const top = keys[0];
    const last = keys.pop();
    if (top === undefined || last === undefined) return null;
    const size = keys.length;
    if (size > 0) {
      let hole = 0;
      for (let child = 1; child < size; child = 2 * hole + 1) {
        if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
        if (keys[child]! >= last) break;
        keys[hole] = keys[child]!;
        hole = child;
      }
      keys[hole] = last;
    }
    return { rank: Math.floor(top / POSITIONS), at: top % POSITIONS };
  }
}

/** Positions a key has room for; with ranks below 2^22 the key stays an exact integer. */
const POSITIONS = 2 ** 30;

/**
 * Ranks by pairs of ids: an open hash table in three integers a place, since a Map takes four times as long to fill where a pair's key is too
 * large for a small integer. At most half of the places are taken.
 */
class PairRanks {
  /** [places, 3]: left id, right id, rank + 1; 0 where the place is free. */
  readonly #places: Int32Array;
  readonly #mask: number;

  constructor(pairs: number) {
    const places = 2 ** Math.ceil(Math.log2(Math.max(2, 2 * pairs)));
    this.#places = new Int32Array(3 * places);
    this.#mask = places - 1;
  }

  /** The first rank of a pair stays. */
  add(left: number, right: number, rank: number): void {
    const at = this.#find(left, right);
    if (this.#places[at + 2] !== 0) return;
    this.#places[at] = left;
    this.#places[at + 1] = right;
    this.#places[at + 2] = rank + 1;
  }

  /** -1 where the pair does not merge. */
  rankOf(left: number, right: number): number {
    return this.#places[this.#find(left, right) + 2]! - 1;
  }

  /** Where the pair lies, or the free place where it would. */
  #find(left: number, right: number): number {
    const places = this.#places;
    const mixed = Math.imul(Math.imul(left, 0x9e3779b1) ^ right, 0x85ebca6b);
    let place = (mixed ^ (mixed >>> 15)) & this.#mask;
    for (;;) {
      const at = 3 * place;
      if (places[at + 2] === 0 || (places[at] === left && places[at + 1] === right)) return at;
      place = (place + 1) & this.#mask;
    }
  }
}
