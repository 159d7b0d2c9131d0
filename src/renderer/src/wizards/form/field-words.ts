import { translated } from '../../lib/language';
import type { FormField } from './fields';

/** Words of a setting that a translation may give; `unit` and `paper` only where they are words. */
type FieldWords = Partial<Pick<FormField, 'label' | 'help' | 'unit' | 'paper'>>;

/** The fields of a stage with label and help in the window's language; in English they come from the schema in core. */
export function inWindowLanguage(stage: string, fields: readonly FormField[]): readonly FormField[] {
  const english = Object.fromEntries(
    fields.map(({ name, label, help, unit, paper }) => [
      name,
      { label, help, ...(unit !== null && { unit }), ...(paper !== null && { paper }) },
    ]),
  );
  const words: Readonly<Record<string, FieldWords>> = translated(`fields.${stage}`, english);
  return fields.map((field) => ({ ...field, ...words[field.name] }));
}
