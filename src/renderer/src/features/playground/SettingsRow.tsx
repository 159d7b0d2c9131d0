import { Field } from '../../ui/Field';
import { NumberInput, Select, Switch } from '../../ui/inputs';
import { NUMBERS, readNumber, type NumberName, type PlaygroundDraft } from './settings';
import { texts } from './texts/en';

interface SettingsRowProps {
  readonly draft: PlaygroundDraft;
  readonly onChange: (change: Partial<PlaygroundDraft>) => void;
}

/** How it is asked, in a row: what one changes while trying out. */
export function SettingsRow({ draft, onChange }: SettingsRowProps) {
  const number = (name: NumberName, label: string, unit?: string) => {
    const { low, high, isWhole } = NUMBERS[name];
    const isWrong = readNumber(name, draft[name]) === null;
    return (
      <Field
        label={label}
        unit={unit}
        error={isWrong ? (isWhole ? texts.wholeRange(low, high) : texts.range(low, high)) : null}
      >
        {(ids) => (
          <NumberInput {...ids} value={draft[name]} onChange={(event) => onChange({ [name]: event.target.value })} />
        )}
      </Field>
    );
  };
  return (
    <div className="play-settings">
      <Field label={texts.mode}>
        {(ids) => (
          <Select
            {...ids}
            value={draft.mode}
            options={(['answer', 'search'] as const).map((value) => ({ value, label: texts.modes[value] }))}
            onChange={(mode) => onChange({ mode })}
          />
        )}
      </Field>
      {draft.mode === 'search' && number('numSimulations', texts.walks)}
      {number('temperature', texts.temperature)}
      {number('seed', texts.seed)}
      {number('maxNewTokens', texts.budget, texts.budgetUnit)}
      <Field label={texts.precision}>
        {(ids) => (
          <Select
            {...ids}
            value={draft.precision}
            options={(['fp32', 'int8', 'int4'] as const).map((value) => ({ value, label: texts.precisions[value] }))}
            onChange={(precision) => onChange({ precision })}
          />
        )}
      </Field>
      {draft.mode === 'answer' && (
        <Field label={texts.grammar}>
          {(ids) => (
            <Switch {...ids} checked={draft.constrained} onChange={(constrained) => onChange({ constrained })} />
          )}
        </Field>
      )}
    </div>
  );
}
