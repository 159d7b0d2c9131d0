import { useId, useState } from 'react';
import type { FieldIds } from '../../ui/Field';
import { NumberInput, Select, Switch, TextInput } from '../../ui/inputs';
import { choiceName } from '../choices';
import { texts } from '../texts/en';
import { PromptSetSetting } from './PromptSetSetting';
import { ServerSetting } from './ServerSetting';
import type { Control, FormField } from './fields';
import { parseNumber, showNumber } from './numbers';

export interface SettingControlProps {
  readonly field: FormField;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
  /** Values worth offering for a text. */
  readonly offers?: readonly string[];
  readonly ids: Partial<FieldIds> & { readonly 'aria-label'?: string };
}

/** The control of one setting, by its kind. */
export function SettingControl(props: SettingControlProps) {
  const Draw = DRAW[props.field.control.kind];
  return <Draw {...props} />;
}

const DRAW: Readonly<Record<Control['kind'], (props: SettingControlProps) => React.ReactNode>> = {
  number: NumberSetting,
  choice: ({ field, value, onChange, ids }) => (
    <Select
      {...ids}
      value={typeof value === 'string' ? value : ''}
      options={
        field.control.kind === 'choice'
          ? field.control.options.map((option) => ({ value: option, label: choiceName(option) }))
          : []
      }
      onChange={onChange}
    />
  ),
  switch: ({ value, onChange, ids }) => <Switch {...ids} checked={value === true} onChange={onChange} />,
  text: TextSetting,
  server: ServerSetting,
  promptSet: PromptSetSetting,
};

function TextSetting({ value, onChange, ids, offers = [] }: SettingControlProps) {
  const listId = useId();
  return (
    <>
      <TextInput
        {...ids}
        {...(offers.length > 0 && { list: listId })}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value)}
      />
      {offers.length > 0 && (
        <datalist id={listId}>
          {offers.map((offer) => (
            <option key={offer} value={offer}>
              {offer}
            </option>
          ))}
        </datalist>
      )}
    </>
  );
}

/** Keeps the text as typed while it means the value; text that means no number is the value itself, so that the check can refuse it. */
function NumberSetting({ field, value, onChange, ids }: SettingControlProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const isOptional = field.control.kind === 'number' && field.control.isOptional;
  const shown = typed !== null && readNumber(typed, isOptional) === value ? typed : showValue(value);
  return (
    <NumberInput
      {...ids}
      value={shown}
      placeholder={isOptional ? texts.optional : undefined}
      onChange={(event) => {
        setTyped(event.target.value);
        onChange(readNumber(event.target.value, isOptional));
      }}
    />
  );
}

function readNumber(text: string, isOptional: boolean): unknown {
  if (isOptional && text.trim() === '') return null;
  return parseNumber(text) ?? text;
}

function showValue(value: unknown): string {
  return typeof value === 'number' ? showNumber(value) : typeof value === 'string' ? value : '';
}
