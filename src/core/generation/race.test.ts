import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRng } from '../random/rng';
import { REFERENCE_LOGITS_KERNEL } from './logits-kernel';
import { drawRaceKey, race, raceAmong, raceBits, raceNoise, raceNoiseBound } from './race';

const logitsOf = (seed: number, length: number, spread: number) => {
  const rng = createRng(seed);
  return Float32Array.from({ length }, () => spread * rng.normal());
};

describe('race', () => {
  it('finds the winner and the lead that looking at every token finds', () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.integer({ min: 1, max: 300 }),
        fc.constantFrom(0, 1, 8, 40),
        fc.constantFrom(0.5, 1, 10),
        (seed, length, spread, scale) => {
          const logits = logitsOf(seed, length, spread);
          const key = drawRaceKey(createRng(seed).fork('key'));
          const found = race(logits, scale, key, REFERENCE_LOGITS_KERNEL);
          const whole = raceAmong([...logits.keys()], logits, scale, key);
          expect(found.id).toBe(whole.id);
          // Leads are exact where they matter.
          if (whole.lead < 0.04) expect(found.lead).toBe(whole.lead);
          else expect(found.lead).toBeGreaterThan(0.04);
        },
      ),
      { seed: 1 },
    );
  });

  it('gives the same winner for logits within half the lead', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0.3, max: 2, noNaN: true }), (seed, temperature) => {
        const logits = logitsOf(seed, 50, 3);
        const rng = createRng(seed).fork('key');
        const key = drawRaceKey(rng);
        const { id, lead } = race(logits, 1 / temperature, key, REFERENCE_LOGITS_KERNEL);
        const shift = Math.min(lead * temperature, 0.04) * 0.49;
        const moved = logits.map((value) => value + (2 * rng.next() - 1) * shift);
        expect(race(moved, 1 / temperature, key, REFERENCE_LOGITS_KERNEL).id).toBe(id);
      }),
      { seed: 1 },
    );
  });

  it('bounds the noise from above, loosely only where it is small', () => {
    const rng = createRng(3);
    for (let i = 0; i < 20_000; i++) {
      const bits = i < 70 ? i : rng.integer(2 ** 32);
      expect(raceNoiseBound(bits)).toBeGreaterThanOrEqual(raceNoise(bits) - 1e-5);
      if (bits >= 256 && raceNoise(bits) > 1) expect(raceNoiseBound(bits) - raceNoise(bits)).toBeLessThan(0.9);
    }
  });

  it('spreads the bits of neighbours, under one key and under neighbouring keys', () => {
    const count = 4096;
    const ones = (x: number) => x.toString(2).replaceAll('0', '').length;
    let byId = 0;
    let byKey = 0;
    let mean = 0;
    for (let id = 0; id < count; id++) {
      const bits = raceBits({ low: 1, high: 2 }, id);
      byId += ones((bits ^ raceBits({ low: 1, high: 2 }, id + 1)) >>> 0);
      byKey += ones((bits ^ raceBits({ low: 1, high: 3 }, id)) >>> 0);
      mean += bits / 2 ** 32 / count;
    }
    // Sixteen of 32 bits change on average; the mean of uniform numbers is a half, σ = 0.0045.
    expect(byId / count).toBeCloseTo(16, 0);
    expect(byKey / count).toBeCloseTo(16, 0);
    expect(Math.abs(mean - 0.5)).toBeLessThan(0.02);
  });
});
