import { WorkbenchError } from '../../errors';
import { OBJECTS, OPERATION_KINDS, OPERATION_VERBS, PEOPLE, WORDINGS } from './wordings';

/** Splits a text into the pieces that are tokens: single digits, words, signs, newlines; white space separates and is dropped. */
export const PIECE_PATTERN = '\\d|[A-Za-z]+|[^\\sA-Za-z0-9]|\\n';

export const PAD = '<pad>';
export const EOS = '<eos>';
export const UNKNOWN = '<unk>';

/** The cues by which the base model is asked for each kind of line. */
export const CUES = {
  clarify: 'Restate :',
  analysis: 'Idea :',
  subquestion: 'Ask :',
  nextStep: 'Next :',
  directAnswer: 'Answer :',
  verify: 'Check :',
  refine: 'Fix :',
  output: 'Result :',
} as const;

/** Rows of the embedding: the vocabulary and the sixteen functional tokens, padded. */
export const VOCABULARY_ROWS = 144;

/** Every token of the base model in the order of its ids. */
export const VOCABULARY: readonly string[] = makeVocabulary();

const ID_OF = new Map(VOCABULARY.map((piece, id) => [piece, id]));

/** Ids of a text written in the closed language. @throws WorkbenchError `embedded-unknown-word` */
export function encodeClosed(text: string): number[] {
  return (text.match(new RegExp(PIECE_PATTERN, 'g')) ?? []).map(idOf);
}

/** Id of one piece or special token. @throws WorkbenchError `embedded-unknown-word` */
export function idOf(piece: string): number {
  const id = ID_OF.get(piece);
  if (id === undefined) {
    throw new WorkbenchError('internal', `"${piece}" is not in the embedded vocabulary.`, {
      code: 'embedded-unknown-word',
    });
  }
  return id;
}

function makeVocabulary(): readonly string[] {
  const language = [
    ...PEOPLE.flatMap((person) => [person.name, person.pronoun]),
    ...OBJECTS,
    ...Object.values(WORDINGS).flatMap((wordings) => wordings.map((wording) => wording.pattern.replace('#', ''))),
    ...Object.values(OPERATION_VERBS),
    'Question has Then How many does have now',
    ...Object.values(CUES),
    'start then Find the end number there are changes find the number after The answer is That is right wrong rest',
  ].flatMap((text) => text.match(/[A-Za-z]+/g) ?? []);
  const signs = ['\n', '.', ',', ':', '?', '=', ...OPERATION_KINDS];
  return [...new Set([PAD, EOS, UNKNOWN, ...signs, ...'0123456789', ...language])];
}
