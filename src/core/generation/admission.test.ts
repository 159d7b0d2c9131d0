import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { groupByLength, rowLengthFor, sharedLength } from './admission';

describe('groupByLength', () => {
  it('puts every length into one group, keeps padding small and runs bounded', () => {
    const ascending = fc
      .array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 60 })
      .map((lengths) => lengths.toSorted((a, b) => a - b));
    fc.assert(
      fc.property(ascending, (lengths) => {
        const sizes = groupByLength(lengths, 2048);
        expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(lengths.length);
        let begin = 0;
        for (const size of sizes) {
          const [shortest = 0, longest = 0] = [lengths[begin], lengths[begin + size - 1]];
          expect(longest - shortest).toBeLessThanOrEqual(Math.max(4, longest / 4));
          if (size > 1) expect(longest * size).toBeLessThanOrEqual(2048);
          begin += size;
        }
      }),
    );
  });
});

describe('sharedLength', () => {
  it('looks no further than the ends it was given', () => {
    expect(sharedLength([1, 2, 3, 4], 3, [1, 2, 3, 4], 4)).toBe(3);
    expect(sharedLength([1, 2], 2, [2, 2], 2)).toBe(0);
  });
});

describe('rowLengthFor', () => {
  it('doubles from 64 in two steps, and never gives less than needed nor more than the context', () => {
    expect([10, 64, 65, 97, 150, 200, 300].map((needed) => rowLengthFor(needed, 300))).toEqual([
      64, 64, 96, 128, 192, 256, 300,
    ]);
  });
});
