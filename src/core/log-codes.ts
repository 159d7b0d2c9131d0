/** Names of the sentences that a run writes into its log, so that a window can say them in its language. */
export const LOG_CODES = [
  'answered',
  'best-not-deleted',
  'computes-on',
  'computes-on-processor',
  'cut-paths',
  'ended-early',
  'going-on',
  'going-on-trees',
  'guard',
  'half-grown',
  'int8-on-processor',
  'kv-bound',
  'left-out',
  'loss-changed',
  'memory-plan',
  'memory-short',
  'no-pairs',
  'question-left-out',
  'questions-left-out',
  'server-answered',
  'server-retry',
  'server-writes',
  'short-run',
  'stuck-trees',
  'taught-nothing',
  'test-left-out',
  'threads',
  'tokens-shared',
  'trees-too-large',
  'zero-probability',
] as const;

export type LogCode = (typeof LOG_CODES)[number];

/** A sentence by its name, with what it tells. */
export interface LogWords {
  readonly code: LogCode;
  readonly values: Readonly<Record<string, string | number>>;
}
