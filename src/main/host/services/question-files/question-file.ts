import type { QuestionFilePreview } from '@contracts/questions';

/** A row of a file: its cells by column, or why it cannot be read. `line` counts from 1, as an editor shows it (rows, for Parquet). */
export type FileRow =
  | { readonly line: number; readonly cells: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: string; readonly excerpt: string };

/** A file of questions that was recognised. */
export interface QuestionFile {
  readonly format: QuestionFilePreview['format'];
  rows(): AsyncIterable<FileRow>;
}

/** Longest excerpt of a bad row that is shown. */
const EXCERPT_CHARACTERS = 120;

export function excerpt(text: string): string {
  return text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS - 1)}…` : text;
}
