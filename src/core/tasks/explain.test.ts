import { expect, test } from 'vitest';
import { explainAnswers } from './explain';

test.each([
  ['1/2', '\\frac{2}{4}', true, 'Equal as fractions.'],
  ['0.5', '\\frac{1}{2}', true, 'Equal as numbers: a decimal and a fraction.'],
  ['50%', '0.5', true, 'Equal as numbers: a percentage and a decimal.'],
  ['1,000', '1000', true, 'Equal as whole numbers.'],
  ['12', '12', true, 'Written the same.'],
  ['x + 1', '1 + x', true, 'Equal as formulas.'],
  ['12', '14', false, '12 is not 14.'],
  ['twelve', '14', false, '“twelve” is not a number.'],
])('%s beside %s: %s, %s', (answer, reference, equal, why) => {
  expect(explainAnswers(answer, reference)).toMatchObject({ equal, why });
});

test('says how each side was read', () => {
  expect(explainAnswers('7/2', '3.5')).toMatchObject({
    answer: { form: 'fraction', value: '3.5' },
    reference: { form: 'decimal', value: null },
  });
});
