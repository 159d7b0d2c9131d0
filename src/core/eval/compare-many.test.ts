import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../random/rng';
import { compareMany, holm } from './compare-many';

const judged = (verdicts: string) => [...verdicts].map((sign, i) => ({ questionId: `q${i}`, isRight: sign === '+' }));
const options = { confidence: 0.95, bootstrapSamples: 200, rng: createRng(1) };

test('each evaluation is held against the first, on the questions that all have answered', () => {
  const { sharedQuestions, accuracies, againstFirst, contested } = compareMany(
    [judged('+--+'), judged('++-+'), judged('+-+--').slice(0, 3)],
    options,
  );
  // The third knows q0 to q2 alone.
  expect(sharedQuestions).toBe(3);
  expect(accuracies.map(({ value }) => value)).toEqual([1 / 3, 2 / 3, 2 / 3]);
  expect(againstFirst.map(({ won, lost }) => [won, lost])).toEqual([
    [1, 0],
    [1, 0],
  ]);
  expect(contested).toEqual(['q1', 'q2']);
});

test('several comparisons at once make each worth less', () => {
  // Sorted 0.01, 0.02, 0.04 times 3, 2, 1 is 0.03, 0.04, 0.04.
  expect(holm([0.02, 0.04, 0.01])).toEqual([0.04, 0.04, 0.03].map((p) => expect.closeTo(p, 12)));
  expect(holm([0.4])).toEqual([0.4]);
  expect(holm([0.6, 0.9])).toEqual([1, 1]);
});

test('adjusted values keep the order, are never smaller, and never above 1', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 }), (pValues) => {
      const adjusted = holm(pValues);
      pValues.forEach((p, i) => {
        expect(adjusted[i]!).toBeGreaterThanOrEqual(p);
        expect(adjusted[i]!).toBeLessThanOrEqual(1);
        pValues.forEach((other, j) => p < other && expect(adjusted[i]!).toBeLessThanOrEqual(adjusted[j]!));
      });
    }),
  );
});
