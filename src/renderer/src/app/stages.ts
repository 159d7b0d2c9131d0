import type { JobKind } from '@contracts/stages';
import type { RouteId } from './route-paths';
import { stageTexts } from './texts/stages.en';

/** One stop of the road: its names for people, the page that shows what it made, and the page that starts it. */
export interface StageInfo {
  /** In the rail and in headings. */
  readonly name: string;
  /** One sentence: what this stage does. */
  readonly sentence: string;
  /** The one primary button. */
  readonly verb: string;
  readonly page: RouteId & ('model' | 'tokens' | 'trees' | 'examples' | 'sft' | 'prm' | 'rl' | 'compare' | 'export');
  readonly start: RouteId &
    (
      | 'modelImport'
      | 'tokensNew'
      | 'searchNew'
      | 'examplesNew'
      | 'sftNew'
      | 'prmNew'
      | 'rlNew'
      | 'evaluateNew'
      | 'exportNew'
    );
}

/** The road, keyed by the kind of job. */
export const STAGES: Readonly<Record<JobKind, StageInfo>> = {
  import: { ...stageTexts.import, page: 'model', start: 'modelImport' },
  tokens: { ...stageTexts.tokens, page: 'tokens', start: 'tokensNew' },
  search: { ...stageTexts.search, page: 'trees', start: 'searchNew' },
  examples: { ...stageTexts.examples, page: 'examples', start: 'examplesNew' },
  sft: { ...stageTexts.sft, page: 'sft', start: 'sftNew' },
  prm: { ...stageTexts.prm, page: 'prm', start: 'prmNew' },
  rl: { ...stageTexts.rl, page: 'rl', start: 'rlNew' },
  evaluate: { ...stageTexts.evaluate, page: 'compare', start: 'evaluateNew' },
  export: { ...stageTexts.export, page: 'export', start: 'exportNew' },
};
