import { PRESET_NAMES } from '@core/presets';
import { z } from 'zod';
import { TokenSetId } from '@contracts/ids';
import { TokenSetSchema } from '@core/tokens/token-set';

export const STEP_IDS = ['start', 'tokens', 'settings', 'review'] as const;
export type StepId = (typeof STEP_IDS)[number];

/** What a person has chosen so far; everything else follows from suggestions, so that these stay right when the model changes. */
export const WizardDraft = z.object({
  step: z.enum(STEP_IDS),
  /** Ids by what is picked; what is missing is suggested. */
  picks: z.object({
    checkpoint: z.string().optional(),
    questionSet: z.string().optional(),
    searchRun: z.string().optional(),
    dataset: z.string().optional(),
    judge: z.string().optional(),
    marks: z.string().optional(),
  }),
  preset: z.enum(PRESET_NAMES),
  /** Settings that differ from the preset, by name. */
  changed: z.record(z.string(), z.unknown()),
  isAdvanced: z.boolean(),
  name: z.string(),
  /** Tokens only: the set that enters; null for the eight. */
  tokenSet: TokenSetSchema.nullable().default(null),
  /** The stored set that it came from, and the version that was seen. */
  tokenSetOf: z.object({ id: TokenSetId, version: z.number().int() }).nullable().default(null),
  /** Trees only: make examples of them afterwards. */
  thenExamples: z.boolean(),
});
export type WizardDraft = z.infer<typeof WizardDraft>;

export type PickName = keyof WizardDraft['picks'];

export const EMPTY_DRAFT: WizardDraft = {
  step: 'start',
  picks: {},
  preset: 'balanced',
  changed: {},
  isAdvanced: false,
  name: '',
  thenExamples: true,
  tokenSet: null,
  tokenSetOf: null,
};

/** The steps that a wizard has. */
export function stepsOf(kind: string): readonly StepId[] {
  return STEP_IDS.filter((step) => step !== 'tokens' || kind === 'tokens');
}

/** The draft with one setting changed, or no longer changed when it equals the suggestion again. */
export function withSetting(
  draft: WizardDraft,
  suggested: Readonly<Record<string, unknown>>,
  name: string,
  value: unknown,
): WizardDraft {
  const { [name]: _old, ...others } = draft.changed;
  return { ...draft, changed: value === suggested[name] ? others : { ...others, [name]: value } };
}

/** The draft with settings that came as text: all that differ from the suggestion count as changed. */
export function withSettings(
  draft: WizardDraft,
  suggested: Readonly<Record<string, unknown>>,
  values: Readonly<Record<string, unknown>>,
): WizardDraft {
  return {
    ...draft,
    changed: Object.fromEntries(Object.entries(values).filter(([name, value]) => value !== suggested[name])),
  };
}
