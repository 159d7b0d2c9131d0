import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learningRateAt } from './schedules';

const base = { rate: 1e-3, warmupUpdates: 10, totalUpdates: 110, finalShare: 0.1 };

test('rises, then falls to its end', () => {
  expect(learningRateAt(0, { ...base, kind: 'cosine' })).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(9, { ...base, kind: 'cosine' })).toBeCloseTo(1e-3, 12);
  expect(learningRateAt(10, { ...base, kind: 'linear' })).toBeCloseTo(1e-3, 12);
  expect(learningRateAt(109, { ...base, kind: 'linear' })).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(109, { ...base, kind: 'cosine' })).toBeCloseTo(1e-4, 12);
  expect(learningRateAt(60, { ...base, kind: 'linear' })).toBeCloseTo(1e-3 * (1 - (0.9 * 50) / 99), 12);
  expect(learningRateAt(500, { ...base, kind: 'constant' })).toBe(1e-3);
});

test('never rises after the warm-up and never leaves its bounds', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('constant' as const, 'linear' as const, 'cosine' as const),
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 1, max: 300 }),
      (kind, warmupUpdates, totalUpdates) => {
        const rates = Array.from({ length: totalUpdates + 5 }, (_, i) =>
          learningRateAt(i, { ...base, kind, warmupUpdates, totalUpdates }),
        );
        rates.forEach((rate, i) => {
          expect(rate).toBeGreaterThan(0);
          expect(rate).toBeLessThanOrEqual(1e-3 + 1e-15);
          if (i > warmupUpdates) expect(rate).toBeLessThanOrEqual(rates[i - 1]! + 1e-15);
        });
      },
    ),
  );
});
