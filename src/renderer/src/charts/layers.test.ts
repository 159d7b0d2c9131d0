import { describe, expect, it } from 'vitest';
import { clippedBounds, isSmoothed, layOut, showRange, valueAt, WHOLE_VIEW, type ChartLook } from './layers';

const LOOK: ChartLook = { isNoisy: true, isStacked: false, isShare: false };
const line = (name: string, values: readonly number[], more = {}) => ({
  name,
  label: name,
  steps: values.map((_, i) => i),
  values,
  ...more,
});

describe('layOut', () => {
  it('draws a short series as it is, and a long one with a smoothed line over it', () => {
    expect(layOut([line('a', [1, 2])], LOOK, WHOLE_VIEW).layers).toEqual([{ series: 0, role: 'raw' }]);
    const long = layOut([line('a', Array<number>(100).fill(1))], LOOK, WHOLE_VIEW);
    expect(isSmoothed(long)).toBe(true);
    expect(isSmoothed(layOut([line('a', [1, 2])], LOOK, { ...WHOLE_VIEW, smoothing: 0.5 }))).toBe(true);
  });

  it('puts a band of spread under its line', () => {
    const { layers, columns } = layOut([line('a', [1, 2], { spread: [0.5, 1] })], LOOK, WHOLE_VIEW);
    expect(layers.map(({ role }) => role)).toEqual(['low', 'high', 'raw']);
    expect(columns).toEqual([
      [0.5, 1],
      [1.5, 3],
      [1, 2],
    ]);
  });

  it('stacks areas on top of each other and keeps what they are', () => {
    const stacked = layOut([line('a', [1, 2]), line('b', [3, 4])], { ...LOOK, isStacked: true }, WHOLE_VIEW);
    expect(stacked.columns).toEqual([
      [1, 2],
      [4, 6],
    ]);
    expect(stacked.values[1]).toEqual([3, 4]);
  });

  it('leaves out what has no logarithm', () => {
    expect(layOut([line('a', [0, -1, 2])], LOOK, { ...WHOLE_VIEW, isLog: true }).columns).toEqual([[null, null, 2]]);
  });
});

describe('showRange', () => {
  const layered = layOut([line('a', [5, 6, 7, 8, 9])], LOOK, WHOLE_VIEW);

  it('shows the window that was asked for, with a point beyond each edge', () => {
    const shown = showRange(layered, { from: 1.5, to: 2.5 }, 100);
    expect(shown).toMatchObject({ range: { from: 1.5, to: 2.5 }, rows: [1, 2, 3] });
    expect(shown.data).toEqual([
      [1, 2, 3],
      [6, 7, 8],
    ]);
  });

  it('gives a single step some width', () => {
    expect(showRange(layOut([line('a', [1])], LOOK, WHOLE_VIEW), null, 100).range).toEqual({ from: -1, to: 1 });
  });
});

it('reads the last value before a gap', () => {
  expect([valueAt([null, 3, null], 2), valueAt([null, 3], 0)]).toEqual([3, null]);
});

it('leaves a hundredth of the values out at either end', () => {
  const values = Array.from({ length: 1001 }, (_, i) => i);
  expect(clippedBounds([values])).toEqual([10, 990]);
  expect(clippedBounds([[1, 2]])).toBeNull();
});

it('smooths a dense series and leaves a sparse one beside it alone', () => {
  const dense = line('dense', Array<number>(100).fill(1));
  const sparse = { name: 's', label: 's', steps: [0, 50, 99], values: [3, 2, 1] };
  const { layers } = layOut([dense, sparse], LOOK, WHOLE_VIEW);
  expect(layers.filter(({ role }) => role === 'smooth')).toEqual([{ series: 0, role: 'smooth' }]);
});
