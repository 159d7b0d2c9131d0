import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateFloats, memoryOf, WeightStore } from './weight-store';

describe('allocateFloats', () => {
  it('gives zeroed, aligned runs that do not overlap, neighbours within one memory', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 12 }), (lengths) => {
        const runs = allocateFloats(lengths, 3);
        expect(runs.map((run) => run.length)).toEqual(lengths);
        runs.forEach((run, index) => {
          expect(run.byteOffset % 16).toBe(0);
          expect(run.every((value) => value === 0)).toBe(true);
          run.fill(index + 1);
        });
        runs.forEach((run, index) => expect(run.every((value) => value === index + 1)).toBe(true));
        expect(new Set(runs.map((run) => memoryOf(run)))).toHaveLength(1);
      }),
      { seed: 1, numRuns: 20 },
    );
  });

  it('says what to do when there is no memory', () => {
    expect(() => allocateFloats([2 ** 31])).toThrow(/no memory|too large|exceed/i);
  });
});

describe('WeightStore', () => {
  it('names a tensor that it does not have', () => {
    const store = new WeightStore([{ name: 'a', dims: [2, 3] }]);
    expect(store.get('a').data).toHaveLength(6);
    expect(store.has('b')).toBe(false);
    expect(() => store.get('b')).toThrow('no tensor "b"');
  });
});
