import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignSeries, decimate, smooth, toCsv } from './series';

const loss = { name: 'loss', label: 'loss', steps: [1, 2, 4], values: [3, 2, 1] };
const heldOut = { name: 'held', label: 'held out, %', steps: [2, 3], values: [20, 30] };

describe('alignSeries', () => {
  it('puts series over the union of their steps', () => {
    expect(alignSeries([loss, heldOut])).toEqual({
      steps: [1, 2, 3, 4],
      columns: [
        [3, 2, null, 1],
        [null, 20, 30, null],
      ],
    });
  });
});

describe('smooth', () => {
  it('starts at the first point and keeps gaps', () => {
    // Weights 0.5: second value (0.5·(0.5·4) + 0.5·2) / 0.75 = 8/3.
    expect(smooth([4, null, 2], 0.5)).toEqual([4, null, expect.closeTo(8 / 3, 12)]);
  });

  it('leaves a constant alone', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 50 }), (value, count) => {
        for (const smoothed of smooth(Array<number>(count).fill(value), 0.9)) expect(smoothed).toBeCloseTo(value, 3);
      }),
    );
  });
});

describe('decimate', () => {
  it('keeps the extremes of a long series', () => {
    const values = Array.from({ length: 100_000 }, (_, i) => Math.sin(i / 50));
    values[77_777] = 9;
    values[33_333] = -9;
    const kept = decimate(values, 1000);
    expect(kept.length).toBeLessThanOrEqual(1000);
    expect(kept).toContain(77_777);
    expect(kept).toContain(33_333);
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
  });
});

describe('toCsv', () => {
  it('writes a row a step and leaves gaps empty', () => {
    expect(toCsv([loss, heldOut])).toBe('step,loss,"held out, %"\n1,3,\n2,2,20\n3,,30\n4,1,');
  });
});
