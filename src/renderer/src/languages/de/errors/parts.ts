import type { ErrorParts, ErrorWords } from '../../../app/texts/errors.en';
import type { ErrorCode } from '@core/error-codes';

/** Words for some of the codes; together they are all (`index.ts`). */
export type Words<Codes extends ErrorCode> = Readonly<Record<Codes, ErrorWords>>;

/** „Name“ where an error tells one, else what stands for it. */
export function named(parts: ErrorParts, key: string, otherwise: string): string {
  const value = parts[key];
  return value === undefined || value === null || value === '' ? otherwise : `„${String(value)}“`;
}

/** The file or folder that an error is about, else what stands for it. */
export function place(parts: ErrorParts, otherwise: string): string {
  return typeof parts['where'] === 'string' ? parts['where'] : otherwise;
}

export const AS_BEFORE = 'Alles ist, wie es war.';
export const NOTHING_CHANGED = 'Nichts wurde geändert.';
export const NOTHING_STARTED = 'Nichts wurde begonnen.';
export const NOTHING_STORED = 'Nichts wurde gespeichert.';
export const UP_TO_CHECKPOINT = 'Alles bis zur letzten Sicherung.';
export const STORED_BEFORE = 'Alles, was vorher gespeichert war.';
export const COPY_AGAIN = 'Laden oder kopieren Sie die Datei noch einmal.';
export const REPORT =
  'Versuchen Sie es noch einmal. Kommt es wieder, kopieren Sie die technischen Einzelheiten in einen Bericht.';
