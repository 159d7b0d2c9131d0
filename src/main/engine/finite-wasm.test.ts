import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findNonFinite } from '@core/formats/number-formats';
import { FINITE_MODULE } from './finite-module';
import { areAllFinite } from './finite-wasm';
import { buildWasmModule } from './wasm-build';
import { allocateFloats } from './weight-store';

/** The ends of what float32 has, as bits: zeros, denormals, largest, and whatever is beyond. */
const FINITE = [0, -0, 1e-45, -1e-45, 1.17549435e-38, 3.4028234663852886e38, -3.4028234663852886e38, 1];
const BEYOND = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];

describe('areAllFinite', () => {
  it('is the module that its text says', async () => {
    const wat = readFileSync(new URL('finite.wat', import.meta.url), 'utf8');
    expect(Buffer.from(await buildWasmModule('finite.wat', wat)).toString('base64')).toBe(FINITE_MODULE);
  });

  it.each([0, 1, 3, 4, 5, 11, 16])('finds the one number of %i that is not finite, wherever it stands', (length) => {
    const [, inWasm = new Float32Array()] = allocateFloats([3, length]);
    for (const values of [inWasm, new Float32Array(length)]) {
      values.forEach((_, i) => (values[i] = FINITE[i % FINITE.length] ?? 0));
      expect(areAllFinite(values)).toBe(true);
      for (let at = 0; at < length; at++) {
        for (const number of BEYOND) {
          const before = values[at] ?? 0;
          values[at] = number;
          expect(areAllFinite(values)).toBe(false);
          expect(findNonFinite(values)).toBe(at);
          values[at] = before;
        }
      }
    }
  });

  it('looks at no number beside', () => {
    const [first, middle, last] = allocateFloats([4, 5, 4]);
    first?.fill(Number.NaN);
    last?.fill(Number.NaN);
    expect(middle && areAllFinite(middle)).toBe(true);
  });
});
