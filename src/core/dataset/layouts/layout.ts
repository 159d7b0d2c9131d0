import type { TokenSet } from '../../tokens/token-set';
import type { Omission } from './layout-names';
import type { ImportedExample, PortableExample } from './portable-example';

/**
 * How a column is kept in Parquet. `strings` and `booleans` are lists, `turns` a list of two strings under the layout's own names; `json` is any
 * value, as text of the logical type JSON.
 */
export type ColumnType =
  'string' | 'int' | 'boolean' | 'strings' | 'booleans' | 'json' | { readonly turns: readonly [string, string] };

export interface LayoutColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** May be null. */
  readonly isOptional?: boolean;
}

/** A cell as it was written, by the layout's name for the field; undefined where no column was chosen for it. */
export type ReadCell = (field: string) => unknown;

/** A part of an example that a file may hold, and the names under which it is usually found, likeliest first. */
export interface LayoutField {
  readonly name: string;
  readonly guesses: readonly string[];
  readonly isRequired: boolean;
}

export type WrittenRow = { readonly row: Readonly<Record<string, unknown>> } | { readonly omitted: Omission };
export type ReadExample = { readonly example: ImportedExample } | { readonly problem: string };

/** One way of writing examples down and of reading them back. The token set is the eight unless told. */
export interface ExampleLayout {
  readonly columns: readonly LayoutColumn[];
  write(example: PortableExample, set?: TokenSet): WrittenRow;
  readonly fields: readonly LayoutField[];
  /** Reads a row; never throws on what a row holds. */
  read(cell: ReadCell, set?: TokenSet): ReadExample;
  /** Whether a file with these columns, whose first row reads like this, is in this layout. */
  fits(columns: readonly string[], cell: ReadCell): boolean;
}

/** The columns that a layout would take for its fields; null for a field without one. */
export function guessColumns(layout: ExampleLayout, columns: readonly string[]): Record<string, string | null> {
  const known = new Map(columns.map((column) => [column.toLowerCase(), column]));
  return Object.fromEntries(
    layout.fields.map(({ name, guesses }) => [
      name,
      guesses.map((guess) => known.get(guess.toLowerCase())).find((column) => column !== undefined) ?? null,
    ]),
  );
}

/** A cell as text; empty for nothing. Numbers become text, anything else is not taken for text. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return '';
}

/** A cell that holds a list, also where a file kept it as JSON text; null when it holds none. */
export function listOf(value: unknown): readonly unknown[] | null {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return Array.isArray(parsed) ? parsed : null;
}

/** A cell that holds an object, likewise. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> | null {
  const parsed = typeof value === 'string' ? parseJson(value) : value;
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Text that is no JSON is no list and no object: the caller says so of the row.
    return null;
  }
}
