import {
  formatBytes,
  formatCount,
  formatInteger,
  formatNumber,
  formatParameters,
  formatPercent,
} from '../../../lib/format';
import { translated } from '../../../lib/language';

const count =
  (one: string, many = `${one}s`) =>
  (value: number) =>
    formatCount(value, one, many);

/** The figures that runs end with, in words; null leaves one out of the line (its page shows it elsewhere or it says little). */
export const FIGURES: Readonly<Record<string, ((value: number) => string) | null>> = translated('figures', {
  trees: count('tree'),
  solved: (value: number) => `${formatInteger(value)} solved`,
  mixed: (value: number) => `${formatInteger(value)} with right and wrong ends`,
  nodes: count('node'),
  newTokens: count('new token'),
  'search.newTokens': (value: number) => `${formatInteger(value)} tokens written`,
  leaves: null,
  stuck: null,
  truncated: (value: number) => `${formatCount(value, 'path')} cut`,
  prefilledTokens: null,
  reusedTokens: null,
  withoutAnswer: (value: number) => `${formatInteger(value)} without an answer`,
  rowsBefore: null,
  rowsAfter: (value: number) => `${formatInteger(value)} rows`,
  spareRowsUsed: (value: number) => `${formatInteger(value)} of them spare before`,
  textLossBefore: null,
  textLossAfter: null,
  smallestProbability: null,
  updates: count('update'),
  examples: count('example'),
  heldOutExamples: (value: number) => `${formatInteger(value)} held out`,
  leftOut: (value: number) => `${formatInteger(value)} left out`,
  bestHeldOutLoss: (value: number) => `loss on held-out examples ${formatNumber(value)}`,
  merged: (value: number) => `${formatInteger(value)} with a mended turn`,
  clean: (value: number) => `${formatInteger(value)} clean`,
  duplicates: (value: number) => `${formatInteger(value)} the same as others`,
  surplus: (value: number) => `${formatInteger(value)} more than asked for`,
  iterations: count('iteration'),
  paths: count('path'),
  heldOutAccuracyBefore: (value: number) => `accuracy ${formatPercent(value)} before`,
  heldOutAccuracyAfter: (value: number) => `${formatPercent(value)} after`,
  questions: count('question'),
  right: (value: number) => `${formatInteger(value)} right`,
  accuracy: (value: number) => `accuracy ${formatPercent(value)}`,
  files: count('file'),
  sizeBytes: formatBytes,
  parameters: (value: number) => `${formatParameters(value)} weights`,
  tokens: (value: number) => `${formatInteger(value)} tokens written`,
});
