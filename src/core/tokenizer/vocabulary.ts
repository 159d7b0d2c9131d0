import type { JsonCursor } from '../formats/json';

/** Tokens and ids of a model, both ways. */
export interface Vocabulary {
  readonly ids: ReadonlyMap<string, number>;
  /** By id; ids that nobody has are undefined. */
  readonly surfaces: readonly (string | undefined)[];
}

/** Splits one pre-token into token ids. */
export interface TokenModel {
  readonly vocabulary: Vocabulary;
  /** Appends the ids of `word`. */
  encodeWord(word: string, ids: number[]): void;
}

/** More ids than any tokenizer has; a larger one is a damaged file and would make the table by id explode. */
export const MAX_ID = 4_000_000;

/** Reads `{"token": id, …}`. @throws WorkbenchError `json-value` */
export function readVocabulary(vocab: JsonCursor): Vocabulary {
  const ids = new Map<string, number>();
  const surfaces: (string | undefined)[] = [];
  const record = vocab.record();
  for (const surface of Object.keys(record)) {
    const id = record[surface];
    if (typeof id !== 'number' || !Number.isInteger(id) || id < 0 || id > MAX_ID) {
      throw vocab.at(surface).wrong(`an id from 0 to ${MAX_ID}`);
    }
    const other = surfaces[id];
    if (other !== undefined) throw vocab.at(surface).wrong(`an id of its own, not that of ${JSON.stringify(other)}`);
    ids.set(surface, id);
    surfaces[id] = surface;
  }
  return { ids, surfaces };
}
