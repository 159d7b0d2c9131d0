import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STAGE_CONFIGS } from '@contracts/jobs';
import { wizards as german } from '../../languages/de/wizards';
import { texts } from '../texts/en';
import { checkField, checkFields, complainAbout, sayComplaint, dropHiddenMistakes } from './check';
import { changedFields, defaultsOf, fieldsOf, isMeaningful, type FormField } from './fields';
import { parseNumber, showNumber } from './numbers';

const STAGES = Object.entries(STAGE_CONFIGS);

function fieldNamed(kind: keyof typeof STAGE_CONFIGS, name: string): FormField {
  const found = fieldsOf(STAGE_CONFIGS[kind]).find((field) => field.name === name);
  if (!found) throw new Error(`no field ${name}`);
  return found;
}

describe.each(STAGES)('form of %s', (_kind, schema) => {
  test('draws every setting of the schema, with its words', () => {
    const fields = fieldsOf(schema);
    expect(fields.map((field) => field.name)).toEqual(Object.keys(schema.shape));
    for (const field of fields) expect(field.label && field.help).toBeTruthy();
  });

  test('finds nothing wrong with the defaults, which are those of the schema', () => {
    const fields = fieldsOf(schema);
    const values = defaultsOf(fields);
    expect(checkFields(fields, values)).toEqual(new Map());
    expect(schema.parse({})).toEqual(values);
    expect(changedFields(fields, values, values)).toEqual([]);
  });

  test('refuses at the field exactly what the schema refuses', () => {
    const fields = fieldsOf(schema);
    const base = defaultsOf(fields);
    const value = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constant(null),
      fc.boolean(),
      fc.string(),
      fc.constantFrom(0, 1, -1, 0.5, 1e9),
    );
    fc.assert(
      fc.property(fc.constantFrom(...fields), value, (field, wild) => {
        const isRefused = checkField(field, wild) !== null;
        const isInvalid = !schema.safeParse({ ...base, [field.name]: wild }).success;
        // A required text of blanks passes a length check; the form is the stricter one there.
        if (field.control.kind === 'text') expect(isRefused || !isInvalid).toBe(true);
        else expect(isRefused).toBe(isInvalid);
      }),
    );
  });
});

/** What somebody might type, paste or import into any field. */
const ODD: readonly unknown[] = [
  '',
  ' ',
  'many',
  '\u0000',
  null,
  true,
  Number.NaN,
  Infinity,
  -Infinity,
  0.5,
  1e300,
  {},
];

/** The values just beyond the bounds of a field, and those at them. */
function beyond({ control }: FormField): readonly unknown[] {
  if (control.kind !== 'number') return ['no such choice'];
  const step = control.isInteger ? 1 : 1e-6;
  const { min, max } = control;
  return [...(min === null ? [] : [min - step, min]), ...(max === null ? [] : [max + step * Math.max(1, max), max])];
}

describe.each(STAGES)('every field of %s', (_kind, schema) => {
  const fields = fieldsOf(schema);
  const base = defaultsOf(fields);

  test.each(fields.map((field) => [field.name, field] as const))(
    '%s refuses what cannot be used, in both languages, and takes the rest',
    (name, field) => {
      for (const value of [...ODD, ...beyond(field)]) {
        const complaint = complainAbout(field, value);
        const isInvalid = !schema.safeParse({ ...base, [name]: value }).success;
        // Nothing reaches a run that its schema refuses; a required text of blanks is refused by the form alone.
        if (isInvalid) expect({ name, value, complaint }).not.toMatchObject({ complaint: null });
        if (!isInvalid && field.control.kind !== 'text')
          expect({ name, value, complaint }).toMatchObject({ complaint: null });
        if (complaint === null) continue;
        const [inEnglish, inGerman] = [texts.check, german.wizards.check].map((words) =>
          sayComplaint(complaint, words),
        );
        expect(inEnglish).toMatch(/^[A-Z].+\.$/);
        expect(inGerman).toMatch(/^[A-ZÄÖÜ].+\.$/);
        expect(inGerman).not.toBe(inEnglish);
      }
    },
  );

  test('what is not shown, whatever stands in it, holds nothing up', () => {
    const hidden = fields.filter((field) => Object.keys(field.when).length > 0);
    for (const field of hidden) {
      // Another choice of the setting that it depends on.
      for (const [other, needed] of Object.entries(field.when)) {
        const control = fields.find((one) => one.name === other)?.control;
        const options = control?.kind === 'choice' ? control.options : ['on'];
        const away = options.find((option) => !needed.includes(option));
        if (away === undefined) continue;
        const values = { ...base, [other]: away, [field.name]: 'impossible \u0000' };
        if (isMeaningful(field, values)) continue;
        expect(checkFields(fields, dropHiddenMistakes(fields, values))).toEqual(new Map());
      }
    }
  });
});

test('what is shown is never mended behind a person’s back', () => {
  const fields = fieldsOf(STAGE_CONFIGS.search);
  const values = { ...defaultsOf(fields), numSimulations: 0 };
  expect(dropHiddenMistakes(fields, values)).toEqual(values);
});

test('a bound is told in words', () => {
  const field = fieldNamed('search', 'numSimulations');
  expect(checkField(field, 0)).toBe('Choose a number from 1 to 1,024.');
  expect(checkField(field, 1.5)).toBe('Type a whole number.');
  expect(checkField(field, 'many')).toBe('Type a whole number.');
});

test.each(STAGES)('%s: what a setting depends on is a choice of the same stage', (_kind, schema) => {
  const fields = new Map(fieldsOf(schema).map((field) => [field.name, field]));
  for (const { name, when } of fields.values()) {
    for (const [other, needed] of Object.entries(when)) {
      const control = fields.get(other)?.control;
      expect({
        name,
        other,
        fits: control?.kind === 'choice' && needed.every((value) => control.options.includes(value)),
      }).toEqual({ name, other, fits: true });
    }
  }
});

test('a setting without meaning is not shown', () => {
  const layers = fieldNamed('sft', 'loraLayers');
  expect(isMeaningful(layers, { method: 'lora', loraTargets: 'custom' })).toBe(true);
  expect(isMeaningful(layers, { method: 'lora', loraTargets: 'attention' })).toBe(false);
  expect(isMeaningful(layers, { method: 'full', loraTargets: 'custom' })).toBe(false);
});

test('a setting that may be empty may be empty', () => {
  const field = fieldNamed('evaluate', 'maxQuestions');
  expect(field.control).toMatchObject({ kind: 'number', isOptional: true, max: null });
  expect(checkField(field, null)).toBeNull();
});

describe('numbers', () => {
  test.each([
    ['1,024', 1024],
    ['1 024', 1024],
    ['0,5', 0.5],
    ['0,125', 0.125],
    ['12,125', 12125],
    ['5e-5', 5e-5],
    ['.25', 0.25],
    ['−3', -3],
    ['', null],
    ['abc', null],
    ['1.2.3', null],
    ['0x10', null],
    ['Infinity', null],
  ])('reads %j as %j', (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  test.each([
    ['1.024', 1024],
    ['1.024,5', 1024.5],
    ['0,125', 0.125],
    ['1,250', 1.25],
    ['0.7', 0.7],
    ['2e-4', 2e-4],
  ])('in German %j is %j', (text, value) => {
    expect(parseNumber(text, ',')).toBe(value);
  });

  test.each(['.', ','] as const)('what a field shows with “%s” is read back as the same number', (decimal) => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(showNumber(value, decimal), decimal)).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
