import fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelDecades, labelTicks } from './ticks';

test.each([
  [
    [0.36, 0.362, 0.364],
    ['0.36', '0.362', '0.364'],
  ],
  [
    [150, 150.5, 151],
    ['150', '150.5', '151'],
  ],
  [
    [0, 5, 10],
    ['0', '5', '10'],
  ],
  [
    [0, 0.0002, 0.0004],
    ['0', '2e-4', '4e-4'],
  ],
  [
    [0, 0.0025, 0.005, 0.0075],
    ['0', '0.0025', '0.005', '0.0075'],
  ],
  [
    [100_000_000, 105_000_000],
    ['1e8', '1.05e8'],
  ],
  [
    [-1, 0, 1],
    ['−1', '0', '1'],
  ],
  [
    [null, 10, null, 100],
    ['', '10', '', '100'],
  ],
])('%j reads %j', (ticks, labels) => expect(labelTicks(ticks)).toEqual(labels));

test('no two neighbouring marks read alike on an evenly marked axis', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -50, max: 50 }),
      fc.constantFrom(1, 2, 5),
      fc.integer({ min: -3, max: 4 }),
      (start, one, power) => {
        const step = one * 10 ** power;
        const labels = labelTicks(Array.from({ length: 6 }, (_, at) => (start + at) * step));
        expect(new Set(labels).size).toBe(labels.length);
      },
    ),
  );
});

test('decades read alike however far apart they are', () => {
  expect(labelDecades([1e-6, 1e-3, null, 0.1, 1, 100, 1e6])).toEqual(['1e-6', '0.001', '', '0.1', '1', '100', '1e6']);
});
