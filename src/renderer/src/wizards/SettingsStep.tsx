import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import { STAGE_CONFIGS } from '@contracts/jobs';
import { PRESET_NAMES, type PresetName } from '@core/presets';
import { Button } from '../ui/Button';
import { CopyButton } from '../ui/ErrorView';
import { Field } from '../ui/Field';
import { Choice, Select, TextArea } from '../ui/inputs';
import { Disclosure } from '../ui/Panel';
import { WIZARDS } from './definitions';
import { FirstBatch } from './FirstBatch';
import { checkField, checkFields } from './form/check';
import { changedFields, defaultsOf, isMeaningful, type FormField } from './form/fields';
import { Sentence } from './form/Sentence';
import { blanksOf } from './form/sentence-template';
import { SettingsForm } from './form/SettingsForm';
import { PromptWorkshop } from './prompts/PromptWorkshop';
import { RewardTrial } from './RewardTrial';
import { saveText } from './save-text';
import { countDifferences, hasPresets } from './suggestions';
import { texts } from './texts/en';
import { TokensPlan } from './TokensPlan';
import type { WizardState } from './use-wizard';
import { withSetting, withSettings } from './wizard-draft';

/** Second step: how thorough, the sentence with blanks, then the rest, simple or advanced. */
export function SettingsStep({ wizard, projectId }: { readonly wizard: WizardState; readonly projectId: ProjectId }) {
  const { kind, draft, fields, config, suggested, outcome } = wizard;
  const { blanks } = WIZARDS[kind];
  const inSentence = blanks === null ? new Set<string>() : blanksOf(blanks);
  const isShown = (field: FormField): boolean =>
    isMeaningful(field, config) &&
    (draft.value.isAdvanced ||
      !field.isAdvanced ||
      // Whatever has to be mended is there to be mended.
      checkField(field, config[field.name]) !== null ||
      (field.name === 'responsePrefix' && asksPlainly(wizard)));
  const rest = fields.filter((field) => !inSentence.has(field.name) && isShown(field));
  const change = (name: string, value: unknown): void =>
    draft.update((now) => withSetting(now, suggested, name, value));
  const changed = changedFields(fields, config, suggested);
  return (
    <>
      {hasPresets(kind) && (
        <section className="pick" aria-label={texts.presets}>
          <h2>{texts.presets}</h2>
          <Choice
            label={texts.presets}
            name="preset"
            isRow
            options={PRESET_NAMES.map((name) => ({
              value: name,
              label: texts.preset[name].label,
              help: presetHelp(wizard, name),
            }))}
            value={draft.value.preset}
            onChange={(preset) => draft.update((now) => ({ ...now, preset, changed: {} }))}
          />
        </section>
      )}
      {blanks !== null && <Sentence template={blanks} fields={fields} values={config} onChange={change} />}
      <div className="settings-bar">
        <Select
          aria-label={texts.settingsView}
          value={draft.value.isAdvanced ? 'advanced' : 'simple'}
          options={[
            { value: 'simple', label: texts.simple },
            { value: 'advanced', label: texts.advanced },
          ]}
          onChange={(view) => draft.update((now) => ({ ...now, isAdvanced: view === 'advanced' }))}
        />
        <span className="muted" aria-live="polite">
          {texts.changedCount(changed.length)}
        </span>
        {changed.length > 0 && (
          <Button look="quiet" onClick={() => draft.update((now) => ({ ...now, changed: {} }))}>
            {texts.resetAll}
          </Button>
        )}
      </div>
      <SettingsForm fields={rest} values={config} suggested={suggested} offers={offersOf(wizard)} onChange={change} />
      {outcome.ok && outcome.spec.kind === 'tokens' && <TokensPlan projectId={projectId} spec={outcome.spec} />}
      {outcome.ok && outcome.spec.kind === 'rl' && <RewardTrial projectId={projectId} config={outcome.spec.config} />}
      {outcome.ok && outcome.spec.kind === 'sft' && <FirstBatch projectId={projectId} spec={outcome.spec} />}
      {outcome.ok && outcome.spec.kind === 'search' && outcome.spec.config.expander === 'prompted' && (
        <PromptWorkshop
          projectId={projectId}
          spec={outcome.spec}
          onChoose={(promptSet) => change('promptSet', promptSet)}
        />
      )}
      <ConfigText wizard={wizard} />
    </>
  );
}

/** What a preset is for, and how far it is from the balanced one. */
function presetHelp({ kind, fields, picked }: WizardState, name: PresetName): string {
  const { help } = texts.preset[name];
  const count = countDifferences(kind, defaultsOf(fields), picked.checkpoint, name);
  return name === 'balanced' ? help : `${help} ${texts.presetCount(count)}`;
}

/** True where the untuned model is asked in plain words: then the beginning of its response matters and is shown at once. */
function asksPlainly({ kind, picked }: WizardState): boolean {
  return kind === 'evaluate' && picked.checkpoint !== null && !picked.checkpoint.hasFunctionalTokens;
}

/** Texts that the chosen model knows: cues that begin a response, and its prompt set. */
function offersOf({ picked: { checkpoint } }: WizardState): Readonly<Record<string, readonly string[]>> {
  return checkpoint ? { responsePrefix: checkpoint.plainPrompts.filter(Boolean) } : {};
}

/** The settings as JSON, to copy, and to take over from elsewhere. */
function ConfigText({ wizard }: { readonly wizard: WizardState }) {
  const [typed, setTyped] = useState<string | null>(null);
  const current = JSON.stringify(wizard.config, null, 2);
  const read = typed === null ? null : readConfig(wizard, typed);
  return (
    <Disclosure summary={texts.config}>
      <Field label={texts.config} help={texts.configHelp} error={read?.error}>
        {(ids) => (
          <TextArea
            {...ids}
            className="config-text mono"
            rows={10}
            value={typed ?? current}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      <div className="row">
        <CopyButton text={current} />
        <Button look="quiet" onClick={() => saveText(`${wizard.kind}-settings.json`, current)}>
          {texts.configSave}
        </Button>
        <label className="button button-quiet">
          {texts.configLoad}
          <input
            type="file"
            accept="application/json,.json"
            className="visually-hidden"
            onChange={(event) => {
              void event.target.files?.[0]?.text().then(setTyped);
              // The same file may be chosen again.
              event.target.value = '';
            }}
          />
        </label>
        {read?.values && typed !== current && (
          <Button
            onClick={() => {
              const { values } = read;
              if (values) wizard.draft.update((draft) => withSettings(draft, wizard.suggested, values));
              setTyped(null);
            }}
          >
            {texts.configApply}
          </Button>
        )}
      </div>
    </Disclosure>
  );
}

/** Settings from a text; what cannot be used is told as at its field. */
function readConfig(
  { kind, fields, config }: WizardState,
  text: string,
): { readonly error: string | null; readonly values: Readonly<Record<string, unknown>> | null } {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    return { error: texts.configBroken(error instanceof Error ? error.message : String(error)), values: null };
  }
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    return { error: texts.configBroken(texts.configNoObject), values: null };
  const unknown = Object.keys(found).find((key) => !fields.some(({ name }) => name === key));
  if (unknown !== undefined) return { error: texts.configBroken(texts.configUnknown(unknown)), values: null };
  const values = { ...config, ...found };
  const [wrong] = checkFields(fields, values);
  if (wrong) {
    const label = fields.find(({ name }) => name === wrong[0])?.label ?? wrong[0];
    return { error: texts.configBroken(`${label}: ${wrong[1]}`), values: null };
  }
  const parsed = STAGE_CONFIGS[kind].safeParse(values);
  return parsed.success
    ? { error: null, values: parsed.data }
    : { error: texts.configBroken(parsed.error.issues[0]?.message ?? ''), values: null };
}
