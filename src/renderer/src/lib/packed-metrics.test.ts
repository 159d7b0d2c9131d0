import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unpackMetrics } from './packed-metrics';

const pack = (numbers: readonly number[]) =>
  btoa(String.fromCharCode(...new Uint8Array(Float64Array.from(numbers).buffer)));

test('what was packed comes out bit by bit', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true })), (numbers) => {
      const [series] = unpackMetrics([{ name: 'loss', steps: pack(numbers.map((_, i) => i)), values: pack(numbers) }]);
      expect(series?.values).toEqual(numbers);
      expect(series?.steps).toHaveLength(numbers.length);
    }),
  );
});
