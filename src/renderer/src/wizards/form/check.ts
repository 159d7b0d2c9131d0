import { formatNumber } from '../../lib/format';
import { isMeaningful, type Control, type FormField } from './fields';
import { texts } from '../texts/en';

/** What is wrong with a value; `texts.check` has a sentence for each. */
export type Complaint =
  | { readonly kind: 'number' | 'wholeNumber' | 'choice' | 'text' | 'pattern' }
  | { readonly kind: 'between'; readonly min: number; readonly max: number }
  | { readonly kind: 'atLeast'; readonly min: number }
  | { readonly kind: 'atMost'; readonly max: number };

type Check<K extends Control['kind']> = (control: Extract<Control, { kind: K }>, value: unknown) => Complaint | null;

/** As in the schema of a server's name. */
const LONGEST_NAME = 80;
const NO_CHOICE: Complaint = { kind: 'choice' };

const CHECKS: { [K in Control['kind']]: Check<K> } = {
  number: (control, value) => {
    if (value === null && control.isOptional) return null;
    if (typeof value !== 'number' || !Number.isFinite(value))
      return { kind: control.isInteger ? 'wholeNumber' : 'number' };
    if (control.isInteger && !Number.isSafeInteger(value)) return { kind: 'wholeNumber' };
    const isLow = control.min !== null && value < control.min;
    const isHigh = control.max !== null && value > control.max;
    return isLow || isHigh ? outside(control.min, control.max) : null;
  },
  choice: (control, value) => (typeof value === 'string' && control.options.includes(value) ? null : NO_CHOICE),
  switch: (_control, value) => (typeof value === 'boolean' ? null : NO_CHOICE),
  server: (_control, value) => (typeof value === 'string' && value.length <= LONGEST_NAME ? null : NO_CHOICE),
  promptSet: (_control, value) => (typeof value === 'string' && value !== '' ? null : NO_CHOICE),
  text: (control, value) => {
    if (typeof value !== 'string' || (control.isRequired && value.trim() === '')) return { kind: 'text' };
    return control.pattern === null || new RegExp(control.pattern, 'u').test(value) ? null : { kind: 'pattern' };
  },
};

/** What is wrong with the value of a field; null when it is fine. */
export function complainAbout(field: FormField, value: unknown): Complaint | null {
  // Holds because CHECKS has one check per kind, taking the control of that kind.
  const check = CHECKS[field.control.kind] as Check<Control['kind']>;
  return check(field.control as never, value);
}

/** The sentences of a language. */
export type ComplaintWords = {
  readonly [K in keyof typeof texts.check]: (typeof texts.check)[K] extends string ? string : (typeof texts.check)[K];
};

/** A complaint as a sentence that says what would be right. @param words of a language; the window's own unless told */
export function sayComplaint(complaint: Complaint, words: ComplaintWords = texts.check): string {
  switch (complaint.kind) {
    case 'between':
      return words.between(formatNumber(complaint.min), formatNumber(complaint.max));
    case 'atLeast':
      return words.atLeast(formatNumber(complaint.min));
    case 'atMost':
      return words.atMost(formatNumber(complaint.max));
    default:
      return words[complaint.kind];
  }
}

/** What is wrong with the value of a field, as a sentence; null when it is fine. */
export function checkField(field: FormField, value: unknown): string | null {
  const complaint = complainAbout(field, value);
  return complaint && sayComplaint(complaint);
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

function outside(min: number | null, max: number | null): Complaint {
  if (min !== null && max !== null) return { kind: 'between', min, max };
  return min !== null ? { kind: 'atLeast', min } : { kind: 'atMost', max: max ?? 0 };
}
