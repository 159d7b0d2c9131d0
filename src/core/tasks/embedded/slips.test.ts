import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../random/rng';
import { drawSlip } from './slips';

const cases = [fc.integer({ min: 0, max: 1_000_000 }), fc.integer({ min: 1, max: 9999 })] as const;

describe('slips', () => {
  it('always change the number', () => {
    fc.assert(
      fc.property(...cases, fc.constantFrom('near', 'digits', 'lengths'), (seed, right, style) => {
        expect(drawSlip(createRng(seed), right, style)).not.toBe(0);
      }),
    );
  });

  it('keep all digits but one where they are not near, and change the length only where that is asked for', () => {
    const slips = (style: 'digits' | 'lengths') =>
      Array.from({ length: 2000 }, (_, i) => 5555 + drawSlip(createRng(i), 5555, style));
    const replaced = slips('digits').filter(
      (value) => [...String(value)].filter((digit) => digit !== '5').length === 1,
    );
    // Every digit slip of 5555, and of the near ones those by 1, 10, 100, 2 and 20 (half of 89 %).
    expect(replaced.length / 2000).toBeGreaterThan(0.9);
    expect(slips('digits').every((value) => String(value).length === 4 || value < 1000)).toBe(true);
    const otherLength = slips('lengths').filter((value) => value > 9999 || value < 1000).length / 2000;
    expect(otherLength).toBeGreaterThan(0.2);
    expect(otherLength).toBeLessThan(0.3);
  });
});
