import { ERROR_CODES, type ErrorCode } from '@core/error-codes';
import { translated } from '../../lib/language';

/** What an error tells beside its code: `where`, and what its thrower put into `details`. */
export type ErrorParts = Readonly<Record<string, string | number | boolean | null | undefined>>;
type Sentence = string | ((parts: ErrorParts) => string);
/** What happened; what was kept; what to do next. Those that are left out are not said. */
export type ErrorWords = readonly [what: Sentence, kept?: Sentence | undefined, wayOut?: Sentence | undefined];

/** The sentences of every error in the window's language; null in English, where an error brings its own. */
export const errorWords: Readonly<Record<ErrorCode, ErrorWords | null>> = translated(
  'errors',
  // One entry for each code.
  Object.fromEntries(ERROR_CODES.map((code) => [code, null])) as Record<ErrorCode, ErrorWords | null>,
);
