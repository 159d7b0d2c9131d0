import { useState } from 'react';
import type { ProjectId } from '@contracts/ids';
import { STAGE_CONFIGS } from '@contracts/jobs';
import { Button } from '../ui/Button';
import { CopyButton } from '../ui/ErrorView';
import { Field } from '../ui/Field';
import { Choice, Select, TextArea } from '../ui/inputs';
import { Disclosure } from '../ui/Panel';
import { WIZARDS } from './definitions';
import { FirstBatch } from './FirstBatch';
import { changedFields, isMeaningful, type FormField } from './form/fields';
import { Sentence } from './form/Sentence';
import { blanksOf } from './form/sentence-template';
import { SettingsForm } from './form/SettingsForm';
import { RewardTrial } from './RewardTrial';
import { hasPresets } from './suggestions';
import { texts } from './texts/en';
import { TokensPlan } from './TokensPlan';
import type { WizardState } from './use-wizard';
import { PRESET_NAMES, withSetting, withSettings } from './wizard-draft';

/** Second step: how thorough, the sentence with blanks, then the rest, simple or advanced. */
export function SettingsStep({ wizard, projectId }: { readonly wizard: WizardState; readonly projectId: ProjectId }) {
  const { kind, draft, fields, config, suggested, outcome } = wizard;
  const { blanks } = WIZARDS[kind];
  const inSentence = blanks === null ? new Set<string>() : blanksOf(blanks);
  const isShown = (field: FormField): boolean =>
    isMeaningful(field, config) &&
    (draft.value.isAdvanced || !field.isAdvanced || (field.name === 'responsePrefix' && asksPlainly(wizard)));
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
            options={PRESET_NAMES.map((name) => ({ value: name, ...texts.preset[name] }))}
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
      <ConfigText wizard={wizard} />
    </>
  );
}

/** True where the untuned model is asked in plain words: then the beginning of its response matters and is shown at once. */
function asksPlainly({ kind, picked }: WizardState): boolean {
  return kind === 'evaluate' && picked.checkpoint !== null && !picked.checkpoint.hasFunctionalTokens;
}

/** Texts that the chosen model knows: cues that begin a response, and its prompt set. */
function offersOf({ picked: { checkpoint } }: WizardState): Readonly<Record<string, readonly string[]>> {
  return checkpoint
    ? { responsePrefix: checkpoint.plainPrompts.filter(Boolean), promptSet: [checkpoint.promptSet] }
    : {};
}

/** The settings as JSON, to copy, and to take over from elsewhere. */
function ConfigText({ wizard }: { readonly wizard: WizardState }) {
  const [typed, setTyped] = useState<string | null>(null);
  const current = JSON.stringify(wizard.config, null, 2);
  const read = typed === null ? null : readConfig(wizard.kind, typed);
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

/** Hands a text to the browser as a file to save. */
function saveText(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

function readConfig(
  kind: WizardState['kind'],
  text: string,
): { readonly error: string | null; readonly values: Readonly<Record<string, unknown>> | null } {
  try {
    const parsed = STAGE_CONFIGS[kind].safeParse(JSON.parse(text));
    if (parsed.success) return { error: null, values: parsed.data };
    const [issue] = parsed.error.issues;
    return { error: texts.configBroken(`${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim()), values: null };
  } catch (error) {
    return { error: texts.configBroken(error instanceof Error ? error.message : String(error)), values: null };
  }
}
