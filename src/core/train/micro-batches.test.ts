import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countRuns, LENGTH_GRAIN, planMicroBatches } from './micro-batches';

const lengths = fc.array(fc.integer({ min: 2, max: 700 }), { minLength: 1, maxLength: 40 });

it('puts every row into one micro-batch that holds it, within the limit unless the row is alone', () => {
  fc.assert(
    fc.property(lengths, fc.integer({ min: 32, max: 4096 }), fc.boolean(), (rows, maxTokens, packing) => {
      const batches = planMicroBatches(rows, { maxTokens, maxPositions: 700, packing });
      const placed = batches.flatMap((batch) => batch.placements.map(({ row }) => row));
      expect(placed.sort((a, b) => a - b)).toEqual([...rows.keys()]);
      for (const { placements, lines, length, isPacked } of batches) {
        const taken = new Uint8Array(lines * length);
        for (const { row, line, offset } of placements) {
          expect(line).toBeLessThan(lines);
          expect(offset + (rows[row] ?? 0) - 1).toBeLessThanOrEqual(length);
          for (let position = 0; position < (rows[row] ?? 0) - 1; position++)
            taken[line * length + offset + position]!++;
        }
        expect(Math.max(...taken)).toBe(1);
        expect(isPacked).toBe(new Set(placements.map(({ line }) => line)).size < placements.length);
        expect(isPacked && !packing).toBe(false);
        expect(lines === 1 || lines * length <= maxTokens).toBe(true);
        expect(length % LENGTH_GRAIN).toBe(0);
        expect(length % countRuns(length)).toBe(0);
      }
    }),
    { seed: 1 },
  );
});

it('is the same plan for the same lengths', () => {
  const options = { maxTokens: 512, maxPositions: 700 };
  const at = (row: number, line: number, offset = 0) => ({ row, line, offset });
  expect(planMicroBatches([10, 200, 200, 40], options)).toEqual([
    { placements: [at(1, 0), at(2, 1)], lines: 2, length: 224, isPacked: false },
    { placements: [at(3, 0), at(0, 1)], lines: 2, length: 64, isPacked: false },
  ]);
});

it('fills the room behind shorter rows', () => {
  const at = (row: number, line: number, offset = 0) => ({ row, line, offset });
  // 199 and 99 positions in lines of 224: the row of 20 tokens fits behind the first, that of 60 behind the second.
  expect(planMicroBatches([20, 200, 100, 60], { maxTokens: 448, maxPositions: 700, packing: true })).toEqual([
    { placements: [at(1, 0), at(2, 1), at(3, 1, 99), at(0, 0, 199)], lines: 2, length: 224, isPacked: true },
  ]);
});

it('names the row that is too long for the model', () => {
  expect(() => planMicroBatches([10, 702], { maxTokens: 512, maxPositions: 700 })).toThrow(
    'Row 1 has 702 tokens; the model reads at most 701',
  );
  expect(() => planMicroBatches([1], { maxTokens: 512, maxPositions: 700 })).toThrow(
    'Row 0 has 1 tokens; there is nothing to predict',
  );
});
