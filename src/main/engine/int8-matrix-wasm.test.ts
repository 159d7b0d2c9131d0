import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '@core/random/rng';
import { INT8_STEPS, referenceInt8Quantiser } from '@core/tensor/int8';
import { buildWasmModule } from './wasm-build';
import { INT8_MATRIX_MODULE } from './int8-matrix-module';
import { ROTATE_ROWS_MODULE } from './rotate-rows-module';
import { createWasmInt8Quantiser } from './int8-matrix-wasm';
import { allocateFloats } from './weight-store';

const quantiser = createWasmInt8Quantiser();
const narrow = createWasmInt8Quantiser(63);

describe('the WebAssembly quantiser', () => {
  it('is what its text says', async () => {
    for (const [name, module] of [
      ['int8-matrix.wat', INT8_MATRIX_MODULE],
      ['rotate-rows.wat', ROTATE_ROWS_MODULE],
    ] as const) {
      const built = await buildWasmModule(name, readFileSync(join(import.meta.dirname, name), 'utf8'));
      expect(Buffer.from(built).toString('base64')).toBe(module);
    }
  });

  it('gives the bytes and scales of the reference, whatever the size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(64, 80, 192)),
        fc.integer({ min: 0, max: 3 }),
        fc.constantFrom(INT8_STEPS, 63),
        (rows, columns, kind, steps) => {
          const rng = createRng(rows * 1000 + columns);
          const [from] = allocateFloats([rows * columns]);
          const scale = [1, 1e-20, 1e20, 0][kind] ?? 1;
          from?.forEach((_, index) => (from[index] = scale * rng.normal()));
          const quick = steps === INT8_STEPS ? quantiser : narrow;
          const plain = referenceInt8Quantiser(steps);
          const [own] = quick.allocate([[rows, columns]]);
          const [reference] = plain.allocate([[rows, columns]]);
          if (!from || !own || !reference) throw new Error('no memory');
          quick.quantise(from, own);
          plain.quantise(from, reference);
          expect([...own.values]).toEqual([...reference.values]);
          expect([...own.turned]).toEqual([...reference.turned]);
          expect([...own.scales]).toEqual([...reference.scales]);
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  it('refuses memory that it cannot reach, and a matrix of another size', () => {
    const [matrix] = quantiser.allocate([[2, 2]]);
    if (!matrix) throw new Error('no memory');
    expect(() => quantiser.quantise(new Float32Array(4), matrix)).toThrow('WebAssembly memory');
    expect(() => quantiser.quantise(new Float32Array(5), matrix)).toThrow('does not fit 5 weights');
  });
});
