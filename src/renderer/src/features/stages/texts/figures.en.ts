import {
  formatBytes,
  formatCount,
  formatInteger,
  formatNumber,
  formatParameters,
  formatPercent,
} from '../../../lib/format';

const count =
  (one: string, many = `${one}s`) =>
  (value: number) =>
    formatCount(value, one, many);

/** The figures that runs end with, in words; null leaves one out of the line (its page shows it elsewhere or it says little). */
export const FIGURES: Readonly<Record<string, ((value: number) => string) | null>> = {
  trees: count('tree'),
  solved: (value) => `${formatInteger(value)} solved`,
  mixed: (value) => `${formatInteger(value)} with right and wrong ends`,
  nodes: count('node'),
  newTokens: count('new token'),
  'search.newTokens': (value) => `${formatInteger(value)} tokens written`,
  prefilledTokens: null,
  reusedTokens: null,
  withoutAnswer: (value) => `${formatInteger(value)} without an answer`,
  rowsBefore: null,
  rowsAfter: (value) => `${formatInteger(value)} rows`,
  spareRowsUsed: (value) => `${formatInteger(value)} of them spare before`,
  textLossBefore: null,
  textLossAfter: null,
  smallestProbability: null,
  updates: count('update'),
  examples: count('example'),
  heldOutExamples: (value) => `${formatInteger(value)} held out`,
  leftOut: (value) => `${formatInteger(value)} left out`,
  bestHeldOutLoss: (value) => `loss on held-out examples ${formatNumber(value)}`,
  merged: (value) => `${formatInteger(value)} with a mended turn`,
  clean: (value) => `${formatInteger(value)} clean`,
  duplicates: (value) => `${formatInteger(value)} the same as others`,
  surplus: (value) => `${formatInteger(value)} more than asked for`,
  iterations: count('iteration'),
  paths: count('path'),
  heldOutAccuracyBefore: (value) => `accuracy ${formatPercent(value)} before`,
  heldOutAccuracyAfter: (value) => `${formatPercent(value)} after`,
  questions: count('question'),
  right: (value) => `${formatInteger(value)} right`,
  accuracy: (value) => `accuracy ${formatPercent(value)}`,
  files: count('file'),
  sizeBytes: formatBytes,
  parameters: (value) => `${formatParameters(value)} weights`,
  tokens: (value) => `${formatInteger(value)} tokens written`,
};
