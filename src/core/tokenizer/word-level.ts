import type { JsonCursor } from '../formats/json';
import { readVocabulary, type TokenModel } from './vocabulary';

/** A closed vocabulary: one token for each pre-token, the unknown token for any other (or nothing, where there is none). */
export function readWordLevel(model: JsonCursor): TokenModel {
  const vocabulary = readVocabulary(model.at('vocab'));
  const unknown = model.at('unk_token');
  const unknownId = unknown.isAbsent ? undefined : vocabulary.ids.get(unknown.text());
  return {
    vocabulary,
    encodeWord(word, ids) {
      const id = vocabulary.ids.get(word) ?? unknownId;
      if (id !== undefined) ids.push(id);
    },
  };
}
