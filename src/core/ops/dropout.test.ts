import { expect, test } from 'vitest';
import { createRng } from '../random/rng';
import { tensor64 } from '../tensor/tensor64';
import { dropoutMask, dropoutRate, HASH_VALUES } from './dropout';

const [ROWS, COLUMNS] = [400, 300];

function drawMask(rate: number, seed: number): { kept: number; isDropped: (row: number, column: number) => boolean } {
  const rng = createRng(seed);
  const draw = () => rng.integer(HASH_VALUES);
  const rows = tensor64(
    [ROWS, 3],
    Array.from({ length: ROWS }, () => [draw(), draw(), 1])
      .flat()
      .map((value) => value / HASH_VALUES),
  );
  const columns = tensor64(
    [3, COLUMNS],
    [draw, () => 1, draw].flatMap((next) => Array.from({ length: COLUMNS }, next)),
  );
  const [mask] = dropoutMask(rate).evaluate([rows, columns], {});
  const values = mask?.data ?? new Float64Array(0);
  return {
    kept: values.find((value) => value > -1) ?? Number.NaN,
    isDropped: (row, column) => values[row * COLUMNS + column] === -1,
  };
}

const share = (count: number, test: (index: number) => boolean) =>
  Array.from({ length: count }, (_, index) => Number(test(index))).reduce((a, b) => a + b, 0) / count;

test.each([0.05, 0.1, 0.5])('drops a share of %f and scales the rest to keep the mean', (rate) => {
  const { kept, isDropped } = drawMask(rate, 1);
  const all = share(ROWS * COLUMNS, (at) => isDropped(Math.floor(at / COLUMNS), at % COLUMNS));
  // Five standard deviations of as many independent draws.
  expect(Math.abs(all - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / (ROWS * COLUMNS)));
  expect((1 + kept) * (1 - dropoutRate(rate))).toBeCloseTo(1, 12);
});

test('neither neighbouring rows nor columns know of each other', () => {
  const rate = 0.25;
  const { isDropped } = drawMask(rate, 2);
  const both = (rowStep: number, columnStep: number) =>
    share((ROWS - 1) * (COLUMNS - 1), (at) => {
      const [row, column] = [Math.floor(at / (COLUMNS - 1)), at % (COLUMNS - 1)];
      return isDropped(row, column) && isDropped(row + rowStep, column + columnStep);
    });
  for (const [rowStep, columnStep] of [
    [1, 0],
    [0, 1],
    [1, 1],
  ] as const)
    expect(Math.abs(both(rowStep, columnStep) - rate ** 2)).toBeLessThan(0.005);
});
