import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFERENCE_QUANTISER, type WeightMatrix } from '@core/models/quantise';
import { createRng } from '@core/random/rng';
import { QUANTISE_MODULE } from './quantise-module';
import { createWasmQuantiser } from './quantise-wasm';
import { buildWasmModule } from './wasm-build';
import { allocateFloats } from './weight-store';

const quantiser = createWasmQuantiser();

/** Matrices of the same width in WebAssembly memory; a fifth of the rows all zero, so that scales of zero occur. */
const matrices = fc
  .record({
    seed: fc.integer(),
    columns: fc.constantFrom(4, 32, 48, 64, 128, 7),
    rows: fc.array(fc.integer({ min: 1, max: 13 }), { minLength: 1, maxLength: 3 }),
  })
  .map(({ seed, columns, rows }) => {
    const rng = createRng(seed);
    return rows.map((count): WeightMatrix => {
      const [data = new Float32Array(0)] = allocateFloats([count * columns]);
      for (let row = 0; row < count; row++) {
        const size = rng.next() < 0.2 ? 0 : 10 ** (4 * rng.next() - 3);
        for (let i = 0; i < columns; i++) data[row * columns + i] = size * rng.normal();
      }
      return { data, rows: count, columns };
    });
  });

describe('createWasmQuantiser', () => {
  it('is the module that its text says', async () => {
    const wat = readFileSync(new URL('quantise.wat', import.meta.url), 'utf8');
    expect(Buffer.from(await buildWasmModule('quantise.wat', wat)).toString('base64')).toBe(QUANTISE_MODULE);
  });

  it('gives the int8 weights of the reference, to the bit', () => {
    fc.assert(
      fc.property(matrices, fc.constantFrom(127, 63), (given, largest) => {
        const { values, scales } = quantiser.int8(given, largest);
        expect({ values: [...values], scales: [...scales] }).toEqual(
          spread(REFERENCE_QUANTISER.int8(given, largest), ['values', 'scales']),
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });

  it('gives the int4 weights of the reference, to the bit', () => {
    fc.assert(
      fc.property(matrices, (given) => {
        const { values, scales, zeros } = quantiser.int4(given);
        expect({ values: [...values], scales: [...scales], zeros: [...zeros] }).toEqual(
          spread(REFERENCE_QUANTISER.int4(given), ['values', 'scales', 'zeros']),
        );
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});

function spread<K extends string>(weights: Record<K, Iterable<number>>, names: readonly K[]): Record<string, number[]> {
  return Object.fromEntries(names.map((name) => [name, [...weights[name]]]));
}
