import { useId, type ReactNode } from 'react';
import { WithTerms } from '../glossary/WithTerms';
import './field.css';

export interface FieldIds {
  readonly id: string;
  readonly 'aria-describedby'?: string;
  readonly 'aria-invalid'?: true;
}

export interface FieldProps {
  readonly label: string;
  readonly help?: ReactNode;
  /** What is wrong and what would be right; replaces nothing, stands below. */
  readonly error?: string | null | undefined;
  readonly unit?: string | undefined;
  /** Beside the label: the paper's value, "changed", and the like. */
  readonly note?: ReactNode;
  /** Draws the control with the ids that tie it to label, help and error. */
  readonly children: (ids: FieldIds) => ReactNode;
}

/** Label, control, help and error of one setting. */
export function Field({ label, help, error, unit, note, children }: FieldProps) {
  const id = useId();
  const described = [help ? `${id}-help` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className="field" data-invalid={error ? true : undefined}>
      <div className="field-head">
        <label htmlFor={id}>{label}</label>
        {note}
      </div>
      <div className="field-control">
        {children({
          id,
          ...(described && { 'aria-describedby': described }),
          ...(error ? { 'aria-invalid': true as const } : {}),
        })}
        {unit && <span className="field-unit">{unit}</span>}
      </div>
      {error && (
        <p id={`${id}-error`} className="field-error" role="alert">
          {error}
        </p>
      )}
      {help && (
        <p id={`${id}-help`} className="field-help">
          {typeof help === 'string' ? <WithTerms text={help} /> : help}
        </p>
      )}
    </div>
  );
}
