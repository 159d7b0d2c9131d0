import type { JsonCursor, JsonRecord } from '../formats/json';
import type { Normalizer } from './normalizers';
import { MAX_ID } from './vocabulary';

/** A token that is found in text before anything else happens to it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  /** Left out by decoding with `skipSpecials`; not recognised in text that is to be spelled. */
  readonly special: boolean;
  /** Looked for after normalisation instead of before. */
  readonly normalized: boolean;
  /** Takes the white space before it along. */
  readonly lstrip: boolean;
  readonly rstrip: boolean;
  /** Counts only where no word goes on before or after it. */
  readonly singleWord: boolean;
}

/** A stretch of text between added tokens, or one of these. */
export type Segment = { readonly id: number } | { readonly text: string; readonly atStart: boolean };

/** The record of tokenizer.json's `added_tokens`. */
export function toAddedTokenRecord(token: AddedToken): JsonRecord {
  const { id, content, singleWord, lstrip, rstrip, normalized, special } = token;
  return { id, content, single_word: singleWord, lstrip, rstrip, normalized, special };
}

/** Reads one entry of `added_tokens`, or of tokenizer_config.json's `added_tokens_decoder` with the id beside it. */
export function readAddedToken(node: JsonCursor, id = node.at('id').integer()): AddedToken {
  if (id > MAX_ID) throw node.at('id').wrong(`an id from 0 to ${MAX_ID}`);
  const special = node.at('special').boolean(false);
  return {
    id,
    content: node.at('content').text(),
    special,
    normalized: node.at('normalized').boolean(!special),
    lstrip: node.at('lstrip').boolean(false),
    rstrip: node.at('rstrip').boolean(false),
    singleWord: node.at('single_word').boolean(false),
  };
}

/** Finds added tokens: those before normalisation first, then, in what is left and normalised, the others. */
export class AddedTokenFinder {
  readonly #raw: Matcher | null;
  readonly #normalized: Matcher | null;
  readonly #normalize: Normalizer;

  constructor(tokens: readonly AddedToken[], normalize: Normalizer) {
    this.#normalize = normalize;
    this.#raw = createMatcher(tokens.filter(({ normalized }) => !normalized).map((token) => [token.content, token]));
    this.#normalized = createMatcher(
      tokens.filter(({ normalized }) => normalized).map((token) => [normalize(token.content), token]),
    );
  }

  /**
   * Cuts `text` at the added tokens; the stretches between come back normalised.
   * @param spellSpecials special tokens are not recognised
   * @param cleanUp       applied to each raw stretch before normalisation
   */
  segment(
    text: string,
    spellSpecials: boolean,
    cleanUp: (stretch: string) => string = (stretch) => stretch,
  ): Segment[] {
    return split({ text, atStart: true }, this.#raw, spellSpecials).flatMap((piece) => {
      if ('id' in piece) return [piece];
      const normal = { text: this.#normalize(cleanUp(piece.text)), atStart: piece.atStart };
      return split(normal, this.#normalized, spellSpecials);
    });
  }
}

interface Matcher {
  readonly pattern: RegExp;
  readonly tokens: ReadonlyMap<string, AddedToken>;
}

function createMatcher(entries: readonly (readonly [string, AddedToken])[]): Matcher | null {
  const tokens = new Map(entries.filter(([content]) => content !== ''));
  if (tokens.size === 0) return null;
  // Leftmost, then longest: alternatives are tried in order, so longer ones come first.
  const alternatives = [...tokens.keys()]
    .sort((a, b) => b.length - a.length)
    .map((content) => content.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'));
  return { pattern: new RegExp(alternatives.join('|'), 'gu'), tokens };
}

function split(
  segment: { readonly text: string; readonly atStart: boolean },
  matcher: Matcher | null,
  spellSpecials: boolean,
): Segment[] {
  const { text, atStart } = segment;
  if (text === '') return [];
  if (!matcher) return [segment];
  const segments: Segment[] = [];
  let at = 0;
  for (const match of text.matchAll(matcher.pattern)) {
    const token = matcher.tokens.get(match[0]);
    if (!token || (spellSpecials && token.special)) continue;
    let [begin, end] = [match.index, match.index + match[0].length];
    if (token.singleWord && (/\w$/u.test(text.slice(0, begin)) || /^\w/u.test(text.slice(end)))) continue;
    if (token.lstrip) begin = Math.max(at, text.slice(0, begin).trimEnd().length);
    if (token.rstrip) end = text.length - text.slice(end).trimStart().length;
    if (begin > at) segments.push({ text: text.slice(at, begin), atStart: atStart && at === 0 });
    segments.push({ id: token.id });
    at = end;
  }
  if (at < text.length) segments.push({ text: text.slice(at), atStart: atStart && at === 0 });
  return segments;
}
