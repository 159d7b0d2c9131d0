import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { STAGE_CONFIGS } from '@contracts/jobs';
import { checkField, checkFields } from './check';
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

  test('what a field shows is read back as the same number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parseNumber(showNumber(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });
});
