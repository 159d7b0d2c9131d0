import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countRuns, LENGTH_GRAIN, planMicroBatches } from './micro-batches';

const lengths = fc.array(fc.integer({ min: 2, max: 700 }), { minLength: 1, maxLength: 40 });

it('puts every row into one micro-batch that holds it, within the limit unless the row is alone', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 32, max: 4096 }), (rows, limit) => {
      const batches = planMicroBatches(rows, limit, 700);
      expect(batches.flatMap((batch) => batch.rows).sort((a, b) => a - b)).toEqual([...rows.keys()]);
      for (const { rows: own, length } of batches) {
        expect(own.every((row) => (rows[row] ?? 0) - 1 <= length)).toBe(true);
        expect(own.length === 1 || own.length * length <= limit).toBe(true);
        expect(length % LENGTH_GRAIN).toBe(0);
        expect(length % countRuns(length)).toBe(0);
      }
    }),
    { seed: 1 },
  );
});

it('is the same plan for the same lengths', () => {
  expect(planMicroBatches([10, 200, 200, 40], 512, 700)).toEqual([
    { rows: [1, 2], length: 224 },
    { rows: [3, 0], length: 64 },
  ]);
});

it('names the row that is too long for the model', () => {
  expect(() => planMicroBatches([10, 702], 512, 700)).toThrow('Row 1 has 702 tokens; the model reads at most 701');
  expect(() => planMicroBatches([1], 512, 700)).toThrow('Row 0 has 1 tokens; there is nothing to predict');
});
