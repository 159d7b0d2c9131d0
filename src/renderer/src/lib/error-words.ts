import type { WorkbenchError } from '@core/errors';
import { errorWords, type ErrorParts, type ErrorWords } from '../app/texts/errors.en';

export interface ShownError {
  readonly what: string;
  readonly where: string | undefined;
  readonly kept: string | undefined;
  readonly wayOut: string | undefined;
}

/** An error in the window's language: the sentences of its code, or its own English ones. */
export function inWords({ message, facts }: Pick<WorkbenchError, 'message' | 'facts'>): ShownError {
  // A host of another version may know codes that this window does not.
  const words: ErrorWords | null = errorWords[facts.code] ?? null;
  const own = { what: message, where: facts.where, kept: facts.kept, wayOut: facts.wayOut };
  if (words === null) return own;
  const parts: ErrorParts = { ...facts.details, where: facts.where };
  const [what, kept, wayOut] = words.map((part) => (typeof part === 'function' ? part(parts) : part));
  return { what: what ?? message, where: facts.where, kept, wayOut };
}
