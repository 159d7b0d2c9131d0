import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hadamard, rotateRow, rotationBlock } from './rotation';

const rows = fc
  .constantFrom(16, 48, 64, 192)
  .chain((width) => fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: width, maxLength: width }));

describe('rotateRow', () => {
  it('is its own inverse and keeps the length of the row', () => {
    fc.assert(
      fc.property(rows, (row) => {
        const block = rotationBlock(row.length);
        const turned = rotateRow(row, block);
        const length = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
        expect(Math.abs(length(turned) - length(row))).toBeLessThanOrEqual(1e-5 * length(row) + 1e-9);
        const back = rotateRow(turned, block);
        const error = Math.max(...row.map((value, at) => Math.abs(value - (back[at] ?? Number.NaN))));
        expect(error).toBeLessThanOrEqual(1e-5 * Math.max(...row.map(Math.abs)) + 1e-9);
      }),
      { seed: 1 },
    );
  });

  it('spreads one tall element over its block', () => {
    const row = new Float32Array(128);
    row[70] = 8;
    expect([...rotateRow(row, 64)].map(Math.abs)).toEqual([
      ...Array.from({ length: 64 }, () => 0),
      ...Array.from({ length: 64 }, () => 1),
    ]);
  });

  it('multiplies with the matrix of its block', () => {
    const row = Float32Array.from({ length: 16 }, (_, at) => (at * at) % 7);
    const matrix = hadamard(16);
    const product = Array.from({ length: 16 }, (_, column) =>
      row.reduce((sum, value, at) => sum + value * (matrix[at * 16 + column] ?? Number.NaN), 0),
    );
    expect([...rotateRow(row, 16)]).toEqual(product);
  });

  it('leaves rows without blocks alone', () => {
    expect(rotationBlock(50)).toBe(1);
    expect([...rotateRow([3, 1, 4], 1)]).toEqual([3, 1, 4]);
  });
});
