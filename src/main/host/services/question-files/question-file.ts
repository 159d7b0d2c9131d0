import type { QuestionFilePreview } from '@contracts/questions';

/** A row of a file: its cells by column, or why it cannot be read. `line` counts from 1, as an editor shows it (rows, for Parquet). */
export type FileRow =
  | { readonly line: number; readonly cells: Readonly<Record<string, unknown>> }
  | { readonly line: number; readonly problem: string; readonly excerpt: string };

/** A file of questions or examples that was recognised. */
export interface QuestionFile {
  readonly format: QuestionFilePreview['format'];
  rows(): AsyncIterable<FileRow>;
}

/** Longest excerpt of a bad row that is shown. */
const EXCERPT_CHARACTERS = 120;

export function excerpt(text: string): string {
  return text.length > EXCERPT_CHARACTERS ? `${text.slice(0, EXCERPT_CHARACTERS - 1)}…` : text;
}

const CELL_CHARACTERS = 500;

/** A cell as text for a table, cut where it is long. */
export function showCell(cell: unknown): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'string') return cell.slice(0, CELL_CHARACTERS);
  const text = JSON.stringify(cell, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
  return text.slice(0, CELL_CHARACTERS);
}
