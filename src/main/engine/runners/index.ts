import type { Runners } from '../job-context';
import { runEvaluate } from './evaluate';
import { runExamples } from './examples';
import { runExport } from './export';
import { runImport } from './import';
import { runPrm } from './prm';
import { runRl } from './rl';
import { runSearch } from './search';
import { runSft } from './sft';
import { runTokens } from './tokens';

/** One runner for each kind of job. */
export const RUNNERS: Runners = {
  import: runImport,
  tokens: runTokens,
  search: runSearch,
  examples: runExamples,
  sft: runSft,
  prm: runPrm,
  rl: runRl,
  evaluate: runEvaluate,
  export: runExport,
};
