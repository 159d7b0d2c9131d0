import type { ComponentProps } from 'react';
import './field.css';

export function TextInput({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      type="text"
      spellCheck={false}
      autoComplete="off"
      {...rest}
      className={['input', className].filter(Boolean).join(' ')}
    />
  );
}

export function SearchInput({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      type="search"
      spellCheck={false}
      autoComplete="off"
      {...rest}
      className={['input input-search', className].filter(Boolean).join(' ')}
    />
  );
}

/** A number as the person types it: text stays theirs until it reads as a number. Parsing belongs to the form. */
export function NumberInput({ className, ...rest }: ComponentProps<'input'>) {
  return (
    <input
      type="text"
      inputMode="decimal"
      autoComplete="off"
      {...rest}
      className={['input input-number', className].filter(Boolean).join(' ')}
    />
  );
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea spellCheck={false} {...rest} className={['input input-area', className].filter(Boolean).join(' ')} />
  );
}

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
  readonly isDisabled?: boolean;
}

export interface SelectProps<T extends string> extends Omit<ComponentProps<'select'>, 'value' | 'onChange'> {
  readonly options: readonly Option<T>[];
  readonly value: T | '';
  /** First, empty row: "Choose a model". */
  readonly placeholder?: string;
  readonly onChange: (value: T) => void;
}

/** The platform's own list: familiar, fast, and right for keyboard and screen readers. */
export function Select<T extends string>({
  options,
  value,
  placeholder,
  onChange,
  className,
  ...rest
}: SelectProps<T>) {
  return (
    <select
      {...rest}
      className={['input input-select', className].filter(Boolean).join(' ')}
      value={value}
      onChange={(event) => {
        const chosen = options.find((option) => option.value === event.target.value);
        if (chosen) onChange(chosen.value);
      }}
    >
      {placeholder !== undefined && (
        <option value="" disabled>
          {placeholder}
        </option>
      )}
      {options.map((option) => (
        <option key={option.value} value={option.value} disabled={option.isDisabled}>
          {option.label}
        </option>
      ))}
    </select>
  );
}

export interface SwitchProps extends Omit<ComponentProps<'input'>, 'type' | 'checked' | 'onChange'> {
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function Switch({ checked, onChange, className, ...rest }: SwitchProps) {
  return (
    <input
      {...rest}
      type="checkbox"
      role="switch"
      aria-checked={checked}
      className={['switch', className].filter(Boolean).join(' ')}
      checked={checked}
      onChange={(event) => onChange(event.target.checked)}
    />
  );
}

export interface ChoiceProps<T extends string> {
  readonly label: string;
  readonly options: readonly (Option<T> & { readonly help?: string })[];
  readonly value: T | null;
  readonly onChange: (value: T) => void;
  readonly name: string;
  /** Side by side where there is room. */
  readonly isRow?: boolean;
}

/** A few alternatives with a sentence each, all visible: a radio group. */
export function Choice<T extends string>({ label, options, value, onChange, name, isRow = false }: ChoiceProps<T>) {
  return (
    <fieldset className={isRow ? 'choice choice-row' : 'choice'}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label
          key={option.value}
          className="choice-option"
          data-chosen={option.value === value || undefined}
          data-off={option.isDisabled || undefined}
        >
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            disabled={option.isDisabled}
            onChange={() => onChange(option.value)}
          />
          <span>
            <span className="choice-label">{option.label}</span>
            {option.help && <span className="choice-help">{option.help}</span>}
          </span>
        </label>
      ))}
    </fieldset>
  );
}
