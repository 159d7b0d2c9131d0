import type { JobSpec } from '@contracts/jobs';
import type { StageKind } from './suggestions';
import { words } from './texts/definitions.en';

/** What is particular about the wizard of a stage; everything else is the engine's. */
export interface WizardDefinition {
  readonly title: string;
  readonly sentence: string;
  /** The settings that matter most, as a sentence with blanks; null where a plain form is clearer. */
  readonly blanks: string | null;
  /** What will happen, as sentences a person would say. */
  readonly summarise: (spec: JobSpec, names: SummaryNames) => readonly string[];
}

export interface SummaryNames {
  readonly checkpoint: string;
  readonly questionSet: string;
  readonly questionCount: number;
  readonly dataset: string;
  readonly exampleCount: number;
  readonly searchRun: string;
  readonly treeCount: number;
}

type SpecOf<K extends StageKind> = Extract<JobSpec, { kind: K }>;

export const WIZARDS: Readonly<Record<StageKind, WizardDefinition>> = {
  tokens: define('tokens', words.tokens),
  search: define('search', words.search),
  examples: define('examples', words.examples),
  sft: define('sft', words.sft),
  prm: define('prm', words.prm),
  rl: define('rl', words.rl),
  evaluate: define('evaluate', words.evaluate),
  export: define('export', words.export),
};

function define<K extends StageKind>(
  kind: K,
  row: {
    readonly title: string;
    readonly sentence: string;
    readonly blanks: string | null;
    readonly summary: (config: SpecOf<K>['config'], names: SummaryNames, spec: SpecOf<K>) => readonly string[];
  },
): WizardDefinition {
  return {
    ...row,
    summarise: (spec, names) => {
      if (spec.kind !== kind) return [];
      // Holds because the kind was compared just above.
      return row.summary(spec.config as SpecOf<K>['config'], names, spec as SpecOf<K>);
    },
  };
}
