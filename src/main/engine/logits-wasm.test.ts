import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { REFERENCE_LOGITS_KERNEL } from '@core/generation/logits-kernel';
import { sampleToken } from '@core/generation/sampler';
import { createRng } from '@core/random/rng';
import { LOGITS_MODULE } from './logits-module';
import { createWasmLogitsKernel } from './logits-wasm';
import { buildWasmModule } from './wasm-build';

const kernel = createWasmLogitsKernel();
const rows = fc.record({
  seed: fc.integer(),
  length: fc.integer({ min: 1, max: 70 }),
  spread: fc.constantFrom(0, 1, 10, 60),
});

function fill({ seed, length, spread }: { seed: number; length: number; spread: number }): Float32Array {
  const rng = createRng(seed);
  const logits = kernel.allocate(length);
  for (let i = 0; i < length; i++) logits[i] = rng.next() < 0.05 ? Number.NEGATIVE_INFINITY : spread * rng.normal();
  logits[rng.integer(length)] = spread * rng.normal();
  return logits;
}

describe('createWasmLogitsKernel', () => {
  it('is the module that its text says', async () => {
    const wat = readFileSync(new URL('logits.wat', import.meta.url), 'utf8');
    expect(Buffer.from(await buildWasmModule('logits.wat', wat)).toString('base64')).toBe(LOGITS_MODULE);
  });

  it('finds the largest, and NaN wherever it stands', () => {
    fc.assert(
      fc.property(rows, fc.nat(), (row, place) => {
        const logits = fill(row);
        expect(kernel.largest(logits) === REFERENCE_LOGITS_KERNEL.largest(logits)).toBe(true);
        logits[place % logits.length] = Number.NaN;
        expect(kernel.largest(logits)).toBeNaN();
      }),
      { seed: 1 },
    );
  });

  it('sums exponentials as the reference does, to a millionth', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom(1, 0.5, 1.5, 4), (row, scale) => {
        const logits = fill(row);
        const shift = kernel.largest(logits);
        const exact = REFERENCE_LOGITS_KERNEL.sumExp(logits, shift, scale);
        expect(Math.abs(kernel.sumExp(logits, shift, scale) / exact - 1)).toBeLessThan(1e-6);
      }),
      { seed: 1 },
    );
  });

  it('draws the tokens that the reference draws, and leaves the logits as they were', () => {
    fc.assert(
      fc.property(
        rows,
        fc.constantFrom(0, 0.7, 1.3),
        fc.array(fc.nat(69), { maxLength: 5 }),
        (row, temperature, ids) => {
          const logits = fill(row);
          const before = [...logits];
          const forbidden = ids.filter((id) => id < logits.length && logits.length > 8);
          const rule = () => ({ temperature, allowed: null, forbidden, rng: createRng(row.seed) });
          const drawn = sampleToken(logits, rule(), kernel);
          const expected = sampleToken(Float32Array.from(logits), rule());
          expect(drawn.id).toBe(expected.id);
          expect(drawn.logProb).toBeCloseTo(expected.logProb, 5);
          expect(drawn.samplingLogProb).toBeCloseTo(expected.samplingLogProb, 5);
          expect([...logits]).toEqual(before);
        },
      ),
      { seed: 1 },
    );
  });
});
