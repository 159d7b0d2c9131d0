import { translated } from '../language';

/** Words inside numbers, durations and ranges. */
export const texts = translated('format', {
  notANumber: 'not a number',
  underOneSecond: 'under 1 s',
  seconds: (count: string) => `${count} s`,
  minutes: (count: string) => `${count} min`,
  hours: (count: string) => `${count} h`,
  hoursMinutes: (hours: string, minutes: string) => `${hours} h ${minutes} min`,
  days: (count: string) => `${count} days`,
  range: (from: string, to: string) => `${from} to ${to}`,
});

/** One and many of what is counted, by the English word for one; a word without a row takes an `s`. */
export const nouns: Readonly<Record<string, { readonly one: string; readonly many: string }>> = translated('nouns', {
  question: { one: 'question', many: 'questions' },
  row: { one: 'row', many: 'rows' },
  token: { one: 'token', many: 'tokens' },
  tree: { one: 'tree', many: 'trees' },
  node: { one: 'node', many: 'nodes' },
  'new token': { one: 'new token', many: 'new tokens' },
  update: { one: 'update', many: 'updates' },
  example: { one: 'example', many: 'examples' },
  iteration: { one: 'iteration', many: 'iterations' },
  path: { one: 'path', many: 'paths' },
  file: { one: 'file', many: 'files' },
  checkpoint: { one: 'checkpoint', many: 'checkpoints' },
  run: { one: 'run', many: 'runs' },
});
