import { Button } from '../../ui/Button';
import { Field } from '../../ui/Field';
import { choiceName } from '../choices';
import { texts } from '../texts/en';
import { checkField } from './check';
import type { FormField } from './fields';
import { SettingControl } from './SettingControl';
import './form.css';

export interface SettingsFormProps {
  readonly fields: readonly FormField[];
  readonly values: Readonly<Record<string, unknown>>;
  /** What each field goes back to. */
  readonly suggested: Readonly<Record<string, unknown>>;
  /** Values worth offering for text settings, by name. */
  readonly offers?: Readonly<Record<string, readonly string[]>>;
  readonly onChange: (name: string, value: unknown) => void;
}

/** Settings of a stage as fields in two columns, each with its help, its unit and the paper's value. */
export function SettingsForm({ fields, values, suggested, offers = {}, onChange }: SettingsFormProps) {
  return (
    <div className="settings-form">
      {fields.map((field) => {
        const value = values[field.name];
        const isChanged = value !== suggested[field.name];
        return (
          <Field
            key={field.name}
            label={field.label}
            help={field.help}
            unit={field.unit ?? undefined}
            error={checkField(field, value)}
            note={
              <span className="setting-notes">
                {field.paper !== null && (
                  <span className="setting-paper">
                    {texts.paper(field.control.kind === 'choice' ? choiceName(field.paper) : field.paper)}
                  </span>
                )}
                {isChanged && (
                  <Button
                    look="quiet"
                    className="setting-reset"
                    aria-label={`${texts.reset}: ${field.label}`}
                    onClick={() => onChange(field.name, suggested[field.name])}
                  >
                    {texts.changed} ↺
                  </Button>
                )}
              </span>
            }
          >
            {(ids) => (
              <SettingControl
                field={field}
                value={value}
                ids={ids}
                offers={offers[field.name] ?? []}
                onChange={(next) => onChange(field.name, next)}
              />
            )}
          </Field>
        );
      })}
    </div>
  );
}
