import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignSeries, decimate, smooth, toCsv } from './series';

const loss = { name: 'loss', label: 'loss', steps: [1, 2, 4], values: [3, 2, 1] };
const heldOut = { name: 'held', label: 'held out, %', steps: [2, 3], values: [20, 30] };

describe('alignSeries', () => {
  it('leaves series of the same steps as they are', () => {
    const other = { ...loss, values: [5, 6, 7] };
    expect(alignSeries([loss, other]).columns).toEqual([loss.values, other.values]);
  });

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
  const steps = Array.from({ length: 100_000 }, (_, i) => i);
  const values = steps.map((i) => Math.sin(i / 50));
  values[77_777] = 9;
  values[33_333] = -9;

  it('keeps the extremes of a long series, and no more than its pixels can show', () => {
    const kept = decimate(steps, [values], 0, 99_999, 500);
    // Two of each of 501 pixels (the last point begins one of its own) and both ends.
    expect(kept.length).toBeLessThanOrEqual(2 * 501 + 2);
    expect(kept).toContain(77_777);
    expect(kept).toContain(33_333);
    expect([...kept]).toEqual([...kept].sort((a, b) => a - b));
  });

  it('shows every point of a window that has few, with one beyond each edge', () => {
    expect(decimate(steps, [values], 100, 103, 500)).toEqual([99, 100, 101, 102, 103, 104]);
  });

  it('loses neither highest nor lowest of any column, whatever the window', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 400 }),
        fc.integer({ min: 1, max: 40 }),
        (column, pixels) => {
          const at = column.map((_, i) => 3 * i);
          const kept = decimate(at, [column], 0, at.at(-1) ?? 0, pixels).map((i) => column[i]);
          expect(Math.max(...(kept as number[]))).toBe(Math.max(...column));
          expect(Math.min(...(kept as number[]))).toBe(Math.min(...column));
        },
      ),
    );
  });

  it('finds the points of a sparse series among those of a dense one', () => {
    const sparse = steps.map((i) => (i % 5000 === 7 ? i : null));
    const kept = decimate(steps, [values, sparse], 0, 99_999, 300);
    expect(kept.filter((i) => sparse[i] !== null)).toHaveLength(20);
  });
});

describe('toCsv', () => {
  it('gives a spread a column of its own', () => {
    expect(toCsv([{ ...loss, spread: [0.1, 0.2, 0.3] }])).toBe('step,loss,loss ±\n1,3,0.1\n2,2,0.2\n4,1,0.3');
  });

  it('writes a row a step and leaves gaps empty', () => {
    expect(toCsv([loss, heldOut])).toBe('step,loss,"held out, %"\n1,3,\n2,2,20\n3,,30\n4,1,');
  });
});
