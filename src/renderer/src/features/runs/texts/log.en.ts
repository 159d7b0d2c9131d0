import { LOG_CODES, type LogCode } from '@core/log-codes';
import { translated } from '../../../lib/language';

/** Says a line of a run's log from what it tells. */
export type LogSentence = (values: Readonly<Record<string, string | number>>) => string;

/** The lines of logs in the window's language; null in English, where a line brings its own. */
export const logSentences: Readonly<Record<LogCode, LogSentence | null>> = translated(
  'logLines',
  // One entry for each code.
  Object.fromEntries(LOG_CODES.map((code) => [code, null])) as Record<LogCode, LogSentence | null>,
);
