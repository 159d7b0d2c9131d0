import { JobSpec, STAGE_CONFIGS, type JobSpecInput } from '@contracts/jobs';
import type { TokenSetData } from '@core/tokens/token-set';
import { checkFields, dropHiddenMistakes } from './form/check';
import { fieldsOf, type FormField } from './form/fields';
import { inWindowLanguage } from './form/field-words';
import type { Picked } from './picks';
import type { StageKind } from './suggestions';
import { texts } from './texts/en';

/** Fields of every stage, drawn once. */
export const STAGE_FIELDS: Readonly<Record<StageKind, readonly FormField[]>> = {
  tokens: inWindowLanguage('tokens', fieldsOf(STAGE_CONFIGS.tokens)),
  search: inWindowLanguage('search', fieldsOf(STAGE_CONFIGS.search)),
  examples: inWindowLanguage('examples', fieldsOf(STAGE_CONFIGS.examples)),
  sft: inWindowLanguage('sft', fieldsOf(STAGE_CONFIGS.sft)),
  prm: inWindowLanguage('prm', fieldsOf(STAGE_CONFIGS.prm)),
  rl: inWindowLanguage('rl', fieldsOf(STAGE_CONFIGS.rl)),
  evaluate: inWindowLanguage('evaluate', fieldsOf(STAGE_CONFIGS.evaluate)),
  export: inWindowLanguage('export', fieldsOf(STAGE_CONFIGS.export)),
};

export type SpecOutcome =
  { readonly ok: true; readonly spec: JobSpec } | { readonly ok: false; readonly reason: string };

/** The job that the choices ask for, or the one reason why there is none yet. */
export function buildSpec(
  kind: StageKind,
  picked: Picked,
  chosen: Readonly<Record<string, unknown>>,
  tokenSet: TokenSetData | null = null,
): SpecOutcome {
  const config = dropHiddenMistakes(STAGE_FIELDS[kind], chosen);
  const input = SPEC_OF[kind](picked, config, tokenSet);
  if (typeof input === 'string') return { ok: false, reason: input };
  const [wrong] = checkFields(STAGE_FIELDS[kind], config).keys();
  const field = STAGE_FIELDS[kind].find((one) => one.name === wrong);
  if (field) return { ok: false, reason: texts.fixFirst(field.label) };
  const parsed = JobSpec.safeParse(input);
  return parsed.success
    ? { ok: true, spec: parsed.data }
    : { ok: false, reason: parsed.error.issues[0]?.message ?? texts.check.text };
}

type Config = Readonly<Record<string, unknown>>;

/** Picks become ids; a string says what is missing. Settings stay unchecked here: `JobSpec` parses them. */
const SPEC_OF: Readonly<
  Record<
    StageKind,
    (
      picked: Picked,
      config: Config,
      tokenSet: TokenSetData | null,
    ) => JobSpecInput | Readonly<Record<string, unknown>> | string
  >
> = {
  tokens: ({ checkpoint }, config, tokenSet) =>
    checkpoint ? { kind: 'tokens', checkpointId: checkpoint.id, tokenSet, config } : texts.pick.chooseCheckpoint,
  search: ({ checkpoint, questionSet, judge }, config) => {
    if (!checkpoint) return texts.pick.chooseCheckpoint;
    return questionSet
      ? {
          kind: 'search',
          checkpointId: checkpoint.id,
          questionSetId: questionSet.id,
          judgeId: judge?.id ?? null,
          config,
        }
      : texts.pick.chooseQuestionSet;
  },
  examples: ({ checkpoint, searchRun }, config) => {
    if (!searchRun) return texts.pick.chooseSearchRun;
    return checkpoint
      ? { kind: 'examples', checkpointId: checkpoint.id, searchRunId: searchRun.id, config }
      : texts.pick.chooseCheckpoint;
  },
  sft: ({ checkpoint, dataset }, config) => {
    if (!checkpoint) return texts.pick.chooseCheckpoint;
    return dataset
      ? { kind: 'sft', checkpointId: checkpoint.id, datasetId: dataset.id, config }
      : texts.pick.chooseDataset;
  },
  prm: ({ checkpoint, searchRun, marks }, config) => {
    if (!searchRun) return texts.pick.chooseSearchRun;
    if (!checkpoint) return texts.pick.chooseCheckpoint;
    if (!checkpoint.hasFunctionalTokens) return texts.pick.needsTokens;
    return {
      kind: 'prm',
      checkpointId: checkpoint.id,
      searchRunId: searchRun.id,
      datasetId: marks?.id ?? null,
      config,
    };
  },
  rl: ({ checkpoint, questionSet, judge }, config) => {
    if (!checkpoint) return texts.pick.chooseCheckpoint;
    return questionSet
      ? { kind: 'rl', checkpointId: checkpoint.id, questionSetId: questionSet.id, judgeId: judge?.id ?? null, config }
      : texts.pick.chooseQuestionSet;
  },
  evaluate: ({ checkpoint, questionSet, judge }, config) => {
    if (!checkpoint) return texts.pick.chooseCheckpoint;
    return questionSet
      ? {
          kind: 'evaluate',
          checkpointId: checkpoint.id,
          questionSetId: questionSet.id,
          judgeId: judge?.id ?? null,
          config,
        }
      : texts.pick.chooseQuestionSet;
  },
  export: ({ checkpoint }, config) => {
    if (!checkpoint) return texts.pick.chooseCheckpoint;
    if (config['form'] === 'adapter' && checkpoint.adapterPath === null) return texts.pick.noAdapter;
    return { kind: 'export', checkpointId: checkpoint.id, config };
  },
};
