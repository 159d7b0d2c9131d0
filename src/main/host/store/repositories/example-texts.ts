import { execute, fromJson, type WritableDb } from '../sql';

/** The columns of an example that are searched, as they are stored. */
export interface SearchedRow {
  readonly seq: number;
  readonly question_id: string;
  readonly prompt: string;
  readonly steps_json: string;
  readonly note: string;
  readonly tags_json: string;
}

/** What is searched of an example. */
export interface SearchedTexts {
  readonly seq: number;
  readonly questionId: string;
  readonly prompt: string;
  readonly steps: readonly { readonly text: string }[];
  readonly note: string;
  readonly tags: readonly string[];
}

/** Puts an example into the full-text index, or anew when it changed. Call inside a transaction. */
export function indexExample(db: WritableDb, row: SearchedRow): void {
  indexTexts(db, 'INSERT OR REPLACE', {
    seq: row.seq,
    questionId: row.question_id,
    prompt: row.prompt,
    steps: fromJson(row.steps_json),
    note: row.note,
    tags: fromJson(row.tags_json),
  });
}

/** The same from what is at hand. `INSERT` for an example that the index cannot know yet: nothing has to be looked for. */
export function indexTexts(db: WritableDb, insert: 'INSERT' | 'INSERT OR REPLACE', texts: SearchedTexts): void {
  execute(
    db,
    `${insert} INTO example_texts (rowid, question, steps, note, tags) VALUES ($seq, $question, $steps, $note, $tags)`,
    {
      seq: texts.seq,
      question: `${texts.questionId}\n${texts.prompt}`,
      steps: texts.steps.map(({ text }) => text).join('\n'),
      note: texts.note,
      tags: texts.tags.join('\n'),
    },
  );
}

/** A word is also taken as a beginning from this many letters on; shorter ones would begin half of all words. */
const OPEN_FROM = 2;

/**
 * What a person typed as a query of the full-text index: all words, those in quotes as a phrase, the last one also as a beginning.
 * @returns null when it holds nothing that is indexed (signs only)
 */
export function textQuery(typed: string): string | null {
  const parts = [...typed.matchAll(/"([^"]*)"?|(\S+)/g)].flatMap(([whole, phrase, word]) => {
    const words = (phrase ?? word ?? '').match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
    return words.length > 0 ? [{ text: words.join(' '), isOpen: phrase === undefined || !whole.endsWith('"') }] : [];
  });
  if (parts.length === 0) return null;
  return parts
    .map(
      ({ text, isOpen }, at) => `"${text}"${at === parts.length - 1 && isOpen && text.length >= OPEN_FROM ? '*' : ''}`,
    )
    .join(' AND ');
}
