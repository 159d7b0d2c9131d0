import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KeptCorrection } from '../store/repositories/estimates';
import { correctedRange, learn } from './learn-estimates';

const seconds = fc.double({ min: 0.5, max: 1e5, noNaN: true });

describe('a correction', () => {
  test('takes over the first run whole', () => {
    const once = learn('seconds', null, 100, 150);
    expect(once.runs).toBe(1);
    expect(Math.exp(once.logFactor)).toBeCloseTo(1.5, 9);
  });

  test('moves towards what the newest run took, and never past it', () => {
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 1, maxLength: 6 }), seconds, (earlier, newest) => {
        const known = earlier.reduce<KeptCorrection | null>((kept, took) => learn('seconds', kept, 1000, took), null);
        const before = known?.logFactor ?? 0;
        const { logFactor } = learn('seconds', known, 1000, newest);
        const target = Math.max(-Math.log(8), Math.min(Math.log(8), Math.log(newest / 1000)));
        expect(Math.abs(logFactor - target)).toBeLessThanOrEqual(Math.abs(before - target) + 1e-12);
        expect((logFactor - before) * (target - before)).toBeGreaterThanOrEqual(-1e-12);
      }),
    );
  });

  test('a disturbed run counts as eight times at most', () => {
    expect(Math.exp(learn('seconds', null, 1, 10_000).logFactor)).toBeCloseTo(8, 9);
  });

  test('runs that agree narrow the range, runs that do not widen it', () => {
    const after = (...took: readonly number[]) =>
      took.reduce<KeptCorrection | null>((kept, one) => learn('seconds', kept, 100, one), null);
    const width = (known: KeptCorrection | null) => {
      const { low, high } = correctedRange('seconds', 100, 0.1, known);
      return high / low;
    };
    expect(width(after(120, 121, 119, 120))).toBeLessThan(width(null));
    expect(width(after(40, 300, 50, 250))).toBeGreaterThan(width(null));
  });
});

describe('the range', () => {
  test('lies around what was measured, in order, and wider the less is known', () => {
    fc.assert(
      fc.property(seconds, fc.double({ min: 0, max: 1, noNaN: true }), (raw, deviation) => {
        const { low, high } = correctedRange('seconds', raw, deviation, null);
        expect(low).toBeGreaterThan(0);
        expect(low).toBeLessThan(raw);
        expect(high).toBeGreaterThan(raw);
        expect(correctedRange('seconds', raw, deviation + 0.5, null).high).toBeGreaterThan(high);
      }),
    );
  });

  test('moves with the correction', () => {
    const known = learn('seconds', null, 100, 200);
    const { low, high } = correctedRange('seconds', 100, 0.05, known);
    expect(Math.sqrt(low * high)).toBeCloseTo(200, 6);
  });
});
