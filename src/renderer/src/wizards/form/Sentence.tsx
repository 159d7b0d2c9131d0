import { checkField } from './check';
import type { FormField } from './fields';
import { SettingControl } from './SettingControl';
import './form.css';

/** A sentence with blanks: plain strings, and names of settings in braces. */
export interface SentenceProps {
  /** E.g. `Explore {questionsPerIteration} questions with {pathsPerQuestion} paths each.` */
  readonly template: string;
  readonly fields: readonly FormField[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly onChange: (name: string, value: unknown) => void;
}

/** The few settings that matter, as a sentence whose blanks are the controls. */
export function Sentence({ template, fields, values, onChange }: SentenceProps) {
  const parts = splitTemplate(template);
  const complaints = parts.flatMap((part) => {
    const field = fields.find((one) => one.name === part.field);
    const complaint = field && checkField(field, values[field.name]);
    return field && complaint ? [`${field.label}: ${complaint}`] : [];
  });
  return (
    <>
      <p className="sentence">
        {parts.map((part, at) => {
          const field = fields.find((one) => one.name === part.field);
          if (!field) return <span key={at}>{part.text}</span>;
          return (
            <SettingControl
              key={at}
              field={field}
              value={values[field.name]}
              ids={{
                'aria-label': field.label,
                ...(checkField(field, values[field.name]) ? { 'aria-invalid': true as const } : {}),
              }}
              onChange={(value) => onChange(field.name, value)}
            />
          );
        })}
      </p>
      {complaints.map((complaint) => (
        <p key={complaint} className="field-error sentence-error" role="alert">
          {complaint}
        </p>
      ))}
    </>
  );
}

/** Names of the settings that a sentence has blanks for. */
export function blanksOf(template: string): ReadonlySet<string> {
  return new Set(splitTemplate(template).flatMap((part) => (part.field === null ? [] : [part.field])));
}

function splitTemplate(template: string): readonly { readonly text: string; readonly field: string | null }[] {
  return template
    .split(/(\{\w+\})/)
    .filter(Boolean)
    .map((text) => (/^\{\w+\}$/.test(text) ? { text, field: text.slice(1, -1) } : { text, field: null }));
}
