import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibration, rocCurve } from './judgement';

describe('ROC', () => {
  test('by hand', () => {
    const judged = [
      { score: 0.9, outcome: 1 },
      { score: 0.8, outcome: 0 },
      { score: 0.7, outcome: 1 },
      { score: 0.1, outcome: 0 },
    ];
    // Of the four pairs of a good and a bad one, three are in order.
    expect(rocCurve(judged)!.area).toBeCloseTo(0.75, 12);
    expect(rocCurve(judged)!.points.at(-1)).toEqual({ falseAlarms: 1, hits: 1 });
  });

  test('ties count half, one class alone has no curve', () => {
    expect(
      rocCurve([
        { score: 0.5, outcome: 1 },
        { score: 0.5, outcome: 0 },
      ])!.area,
    ).toBe(0.5);
    expect(rocCurve([{ score: 0.5, outcome: 1 }])).toBeNull();
    expect(rocCurve([])).toBeNull();
  });

  test('the area is the share of pairs in order, and turns over with the scores', () => {
    const item = fc.record({ score: fc.constantFrom(0, 0.25, 0.5, 0.75, 1), outcome: fc.constantFrom(0, 1) });
    fc.assert(
      fc.property(fc.array(item, { minLength: 2, maxLength: 30 }), (judged) => {
        const curve = rocCurve(judged);
        const good = judged.filter(({ outcome }) => outcome === 1);
        const bad = judged.filter(({ outcome }) => outcome === 0);
        expect(curve === null).toBe(good.length * bad.length === 0);
        if (curve === null) return;
        const pairs = good.flatMap((a) => bad.map((b) => (a.score > b.score ? 1 : a.score === b.score ? 0.5 : 0)));
        const share = pairs.reduce((sum: number, each) => sum + each, 0) / pairs.length;
        expect(curve.area).toBeCloseTo(share, 9);
        const turned = rocCurve(judged.map(({ score, outcome }) => ({ score: 1 - score, outcome })));
        expect(turned!.area).toBeCloseTo(1 - share, 9);
      }),
    );
  });
});

test('calibration: distance of judgement and outcome, by weight', () => {
  const { bins, error } = calibration([
    { score: 0.95, outcome: 1, weight: 3 },
    { score: 0.95, outcome: 0, weight: 1 },
    { score: 0.15, outcome: 0.15, weight: 4 },
  ]);
  expect(bins).toHaveLength(10);
  expect(bins[9]).toMatchObject({ weight: 4, outcome: 0.75 });
  expect(error).toBeCloseTo(0.5 * (0.95 - 0.75), 9);
  expect(calibration([]).error).toBe(0);
  expect(calibration([{ score: 1, outcome: 1 }]).bins[9]?.weight).toBe(1);
});
