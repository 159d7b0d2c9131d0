import type { Tokenizer } from '../tokenizer/tokenizer';

/** Watches the new tokens of one sequence for its stop ids and stop texts. */
export interface StopWatch {
  /** Takes the next new id; true when the sequence ends with it. */
  accept(id: number): boolean;
}

/** The part of a tokenizer that stopping needs. */
export type Decoder = Pick<Tokenizer, 'decode'>;

/** Makes stop watches; remembers for each stop text which tokens can complete it. */
export interface StopWatchFactory {
  create(stopIds: readonly number[], stopTexts: readonly string[]): StopWatch;
}

const REPLACEMENT = '\uFFFD';

/**
 * Stop texts are found by decoding a window of the newest tokens, long enough to hold the longest stop text whatever the pieces are:
 * a UTF-16 unit takes at most three bytes, and every token gives at least one.
 * Tokens whose own text cannot end a stop text are not decoded at all.
 */
export function createStopWatchFactory(decoder: Decoder): StopWatchFactory {
  const endingsById = new Map<number, string>();
  const pieceOf = (id: number): string => {
    const known = endingsById.get(id);
    if (known !== undefined) return known;
    const piece = decoder.decode([id]);
    endingsById.set(id, piece);
    return piece;
  };
  return {
    create(stopIds, stopTexts) {
      const stops = new Set(stopIds);
      const texts = stopTexts.filter((text) => text.length > 0);
      if (texts.length === 0) return { accept: (id) => stops.has(id) };
      const longest = Math.max(...texts.map((text) => text.length));
      const windowSize = 3 * longest + 4;
      const lastCharacters = texts.map((text) => text.at(-1) ?? '');
      const newest: number[] = [];
      return {
        accept(id) {
          newest.push(id);
          if (newest.length > windowSize) newest.shift();
          if (stops.has(id)) return true;
          if (!canComplete(pieceOf(id), lastCharacters)) return false;
          const text = decoder.decode(newest);
          return texts.some((stop) => text.includes(stop));
        },
      };
    },
  };
}

/** A space may come from the joint between two tokens and a replacement character from a broken UTF-8 sequence: both are looked at closely. */
function canComplete(piece: string, lastCharacters: readonly string[]): boolean {
  return piece.includes(REPLACEMENT) || lastCharacters.some((last) => last === ' ' || piece.includes(last));
}
