import { formatNumber } from '../../lib/format';
import { isMeaningful, type Control, type FormField } from './fields';
import { texts } from '../texts/en';

type Check<K extends Control['kind']> = (control: Extract<Control, { kind: K }>, value: unknown) => string | null;

/** As in the schema of a server's name. */
const LONGEST_NAME = 80;

const CHECKS: { [K in Control['kind']]: Check<K> } = {
  number: (control, value) => {
    if (value === null && control.isOptional) return null;
    if (typeof value !== 'number' || !Number.isFinite(value))
      return control.isInteger ? texts.check.wholeNumber : texts.check.number;
    if (control.isInteger && !Number.isSafeInteger(value)) return texts.check.wholeNumber;
    const isLow = control.min !== null && value < control.min;
    const isHigh = control.max !== null && value > control.max;
    return isLow || isHigh ? rangeSentence(control.min, control.max) : null;
  },
  choice: (control, value) =>
    typeof value === 'string' && control.options.includes(value) ? null : texts.check.choice,
  switch: (_control, value) => (typeof value === 'boolean' ? null : texts.check.choice),
  server: (_control, value) => (typeof value === 'string' && value.length <= LONGEST_NAME ? null : texts.check.choice),
  text: (control, value) => {
    if (typeof value !== 'string' || (control.isRequired && value.trim() === '')) return texts.check.text;
    return control.pattern === null || new RegExp(control.pattern, 'u').test(value) ? null : texts.check.pattern;
  },
};

/** What is wrong with the value of a field, as a sentence that says what would be right; null when it is fine. */
export function checkField(field: FormField, value: unknown): string | null {
  // Holds because CHECKS has one check per kind, taking the control of that kind.
  const check = CHECKS[field.control.kind] as Check<Control['kind']>;
  return check(field.control as never, value);
}

/** All complaints by field name; empty when the settings can be used. */
export function checkFields(
  fields: readonly FormField[],
  values: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, string> {
  const complaints = new Map<string, string>();
  for (const field of fields) {
    const complaint = checkField(field, values[field.name]);
    if (complaint !== null) complaints.set(field.name, complaint);
  }
  return complaints;
}

/**
 * The settings as a run takes them: a setting that another one leaves without meaning is not shown, so a mistake left in it goes back to the
 * default instead of standing in the way. A sound value stays, for when it means something again.
 */
export function dropHiddenMistakes(
  fields: readonly FormField[],
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const dropped = fields.filter(
    (field) => !isMeaningful(field, values) && checkField(field, values[field.name]) !== null,
  );
  return { ...values, ...Object.fromEntries(dropped.map(({ name, defaultValue }) => [name, defaultValue])) };
}

function rangeSentence(min: number | null, max: number | null): string {
  if (min !== null && max !== null) return texts.check.between(formatNumber(min), formatNumber(max));
  if (min !== null) return texts.check.atLeast(formatNumber(min));
  return texts.check.atMost(formatNumber(max ?? 0));
}
