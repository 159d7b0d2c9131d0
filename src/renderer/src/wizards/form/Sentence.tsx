import { checkField } from './check';
import type { FormField } from './fields';
import { splitTemplate } from './sentence-template';
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
