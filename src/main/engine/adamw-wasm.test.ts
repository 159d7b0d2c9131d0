import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AdamWKernel, AdamWUpdate } from '@core/optim/adamw';
import { blocksOf, type QuantisedSlot } from '@core/optim/adamw-int8';
import { REFERENCE_KERNEL } from '@core/optim/reference-kernel';
import { createRng } from '@core/random/rng';
import { ADAMW_MODULE } from './adamw-module';
import { createWasmAdamW } from './adamw-wasm';
import { buildWasmModule } from './wasm-build';
import { allocateFloats } from './weight-store';

const kernel = createWasmAdamW();
const values = (length: number) =>
  fc.array(fc.float({ noNaN: true, min: -10, max: 10 }), { minLength: length, maxLength: length });
const slots = fc
  .integer({ min: 1, max: 23 })
  .chain((length) => fc.tuple(values(length), values(length), values(length), values(length)));
const updates: fc.Arbitrary<AdamWUpdate> = fc.record({
  learningRate: fc.double({ min: 1e-6, max: 0.1, noNaN: true }),
  beta1: fc.constantFrom(0, 0.9),
  beta2: fc.constantFrom(0.95, 0.999),
  eps: fc.constantFrom(1e-8, 1e-6),
  weightDecay: fc.constantFrom(0, 0.1),
  step: fc.integer({ min: 1, max: 1000 }),
  gradientScale: fc.double({ min: 0.01, max: 1, noNaN: true }),
});

function apply(
  own: AdamWKernel,
  [weights, gradients, first, second]: [number[], number[], number[], number[]],
  update: AdamWUpdate,
): Float32Array[] {
  const lengths = [gradients, first, second].map((list) => list.length);
  const [gradient, firstMoment, secondMoment] = own.allocate(lengths, 3);
  const [weight] = own === kernel ? allocateFloats([weights.length]) : [new Float32Array(weights.length)];
  if (!weight || !gradient || !firstMoment || !secondMoment) throw new Error('no memory');
  weight.set(weights);
  gradient.set(gradients);
  firstMoment.set(first);
  secondMoment.set(second.map(Math.abs));
  own.update({ weight, gradient, firstMoment, secondMoment }, update);
  return [weight, firstMoment, secondMoment];
}

/** A slot of random weights, its moments zero. */
function openQuantised(own: AdamWKernel, rows: number, rowLength: number, seed: number): QuantisedSlot {
  const [count, scales] = [rows * rowLength, rows * blocksOf(rowLength)];
  const memory = own.allocate([count, count, count / 4, count / 4, scales, scales], 6);
  const [weight, gradient, first, second, firstScales, secondScales] = memory;
  if (!weight || !gradient || !first || !second || !firstScales || !secondScales) throw new Error('no memory');
  const rng = createRng(seed);
  weight.forEach((_, index) => (weight[index] = rng.normal()));
  return {
    weight,
    gradient,
    firstMoment: new Int8Array(first.buffer, first.byteOffset, count),
    secondMoment: new Uint8Array(second.buffer, second.byteOffset, count),
    firstScales,
    secondScales,
  };
}

describe('the WebAssembly AdamW', () => {
  it('is what its text says', async () => {
    const built = await buildWasmModule('adamw.wat', readFileSync(new URL('adamw.wat', import.meta.url), 'utf8'));
    expect(Buffer.from(built).toString('base64')).toBe(ADAMW_MODULE);
  });

  it('agrees with the plain one for every length, with weights in a memory of their own', () => {
    fc.assert(
      fc.property(slots, updates, (slot, update) => {
        const [own, plain] = [apply(kernel, slot, update), apply(REFERENCE_KERNEL, slot, update)];
        own.forEach((list, part) =>
          list.forEach((value, index) =>
            expect(Math.abs(value - (plain[part]?.[index] ?? Number.NaN))).toBeLessThan(
              1e-5 * Math.max(1, Math.abs(value)),
            ),
          ),
        );
      }),
      { seed: 1, numRuns: 60 },
    );
  });

  it('gives the bits of the plain one for moments of one byte', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer(),
        updates,
        (rows, fours, seed, update) => {
          const rowLength = 4 * fours;
          const slots = [kernel, REFERENCE_KERNEL].map((own) => openQuantised(own, rows, rowLength, seed));
          for (let step = 1; step <= 3; step++) {
            slots.forEach((slot, which) => {
              const rng = createRng(seed + step);
              // Over ten orders of magnitude, some of them zero.
              for (let index = 0; index < slot.gradient.length; index++)
                slot.gradient[index] = rng.next() < 0.1 ? 0 : rng.normal() * 10 ** (-10 * rng.next());
              (which === 0 ? kernel : REFERENCE_KERNEL).updateQuantised(slot, {
                ...update,
                step,
                rowLength,
                seed: seed + step,
              });
            });
            expect(slots[0]).toEqual(slots[1]);
          }
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('moves an average towards the weights', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 23 }).chain((length) => fc.tuple(values(length), values(length))),
        fc.double({ min: 0, max: 1, noNaN: true }),
        ([averages, weights], share) => {
          const results = [kernel, REFERENCE_KERNEL].map((own) => {
            const [average, weight] = own.allocate([averages.length, weights.length]);
            average?.set(averages);
            weight?.set(weights);
            own.average(average ?? new Float32Array(0), weight ?? new Float32Array(0), share);
            return average ?? new Float32Array(0);
          });
          results[0]?.forEach((value, index) => expect(value).toBeCloseTo(results[1]?.[index] ?? Number.NaN, 4));
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('sums squares of part of a memory', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }).chain((length) => values(length)),
        fc.integer({ min: 0, max: 7 }),
        (list, offset) => {
          const [memory] = kernel.allocate([list.length + offset]);
          const part = memory?.subarray(offset) ?? new Float32Array(0);
          part.set(list);
          expect(kernel.squaredNorm(part)).toBeCloseTo(REFERENCE_KERNEL.squaredNorm(part), 6);
        },
      ),
      { seed: 1, numRuns: 40 },
    );
  });

  it('reports infinity and NaN', () => {
    const [memory] = kernel.allocate([9]);
    memory?.set([1, Number.NaN], 3);
    expect(kernel.squaredNorm(memory ?? new Float32Array(0))).toBeNaN();
  });

  it('refuses memory that it cannot reach, and state of another length', () => {
    expect(() => kernel.squaredNorm(new Float32Array(4))).toThrow('WebAssembly memory');
    const [weight, gradient, firstMoment, secondMoment] = kernel.allocate([4, 4, 4, 3], 4);
    if (!weight || !gradient || !firstMoment || !secondMoment) throw new Error('no memory');
    const update = { learningRate: 1, beta1: 0, beta2: 0, eps: 1, weightDecay: 0, step: 1, gradientScale: 1 };
    expect(() => kernel.update({ weight, gradient, firstMoment, secondMoment }, update)).toThrow(
      'does not fit 4 weights',
    );
  });
});
