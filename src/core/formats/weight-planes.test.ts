import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeSafetensors } from './safetensors';
import { fromPlanes, toPlanes } from './weight-planes';

const tensor = (name: string, dims: number[], seed: number) => ({
  name,
  dims,
  data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, at) => Math.sin(seed + at) * 0.1),
});

describe('weights in planes', () => {
  test('come back bit for bit, whatever the reference has', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('F32' as const, 'BF16' as const),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (dtype, rows, fewer, width, isSameType) => {
          const file = writeSafetensors([tensor('a', [rows, width], 1), tensor('b', [width], 2)], { dtype });
          const reference = writeSafetensors([tensor('a', [fewer, width], 5), tensor('c', [3], 2)], {
            dtype: isSameType ? dtype : 'F16',
          });
          for (const other of [null, reference]) {
            const planes = toPlanes(file, other);
            expect(planes).toHaveLength(file.length);
            expect(fromPlanes(planes, other)).toEqual(new Uint8Array(file));
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('what a reference already says becomes zeros', () => {
    const base = writeSafetensors([tensor('a', [2, 3], 1)]);
    const grown = writeSafetensors([
      { ...tensor('a', [3, 3], 1), data: Float32Array.from([...tensor('a', [2, 3], 1).data, 1, 2, 3]) },
    ]);
    const body = toPlanes(grown, base).subarray(-36);
    // Planes of nine numbers: in each the first six, which the base has, are zero.
    for (let plane = 0; plane < 4; plane += 1)
      expect([...body.subarray(plane * 9, plane * 9 + 6)]).toEqual([0, 0, 0, 0, 0, 0]);
  });
});
