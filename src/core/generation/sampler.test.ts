import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumericError } from '../errors';
import { createRng } from '../random/rng';
import { logNormaliser, logProbsOf, sampleToken } from './sampler';

const logitsArb = fc
  .array(fc.double({ min: -60, max: 60, noNaN: true }), { minLength: 2, maxLength: 40 })
  .map((values) => Float32Array.from(values));

/** Probabilities by the textbook formula, float64. */
function softmax(values: readonly number[]): number[] {
  const largest = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - largest));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

describe('sampleToken', () => {
  it('records the log-probability of the model and of the distribution drawn from', () => {
    fc.assert(
      fc.property(
        logitsArb,
        fc.double({ min: 0.1, max: 2, noNaN: true }),
        fc.integer(),
        fc.func(fc.boolean()),
        (logits, temperature, seed, keep) => {
          const allowed = [...logits.keys()].filter((id) => id === 1 || keep(id));
          const { id, logProb, samplingLogProb } = sampleToken(logits, { temperature, allowed, rng: createRng(seed) });
          expect(allowed).toContain(id);
          expect(logProb).toBeCloseTo(Math.log(softmax([...logits])[id] ?? 0), 4);
          const drawnFrom = softmax(allowed.map((candidate) => (logits[candidate] ?? 0) / temperature));
          expect(Math.exp(samplingLogProb)).toBeCloseTo(drawnFrom[allowed.indexOf(id)] ?? 0, 6);
        },
      ),
    );
  });

  it('draws each token as often as its probability says', () => {
    const logits = Float32Array.of(0, 1, 2, -1, 5);
    const rng = createRng(7);
    const counts = [0, 0, 0, 0, 0];
    const draws = 20_000;
    for (let i = 0; i < draws; i++) {
      const { id } = sampleToken(logits, { temperature: 0.7, allowed: null, forbidden: [4], rng });
      counts[id] = (counts[id] ?? 0) + 1;
    }
    const expected = softmax([0, 1, 2, -1].map((value) => value / 0.7));
    expect(counts[4]).toBe(0);
    // Four standard deviations of a binomial share.
    expected.forEach((p, id) =>
      expect(Math.abs((counts[id] ?? 0) / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws)),
    );
  });

  it('takes the largest allowed logit when greedy, the smallest id among equals', () => {
    const logits = Float32Array.of(1, 3, 3, 9);
    const greedy = (allowed: number[] | null, forbidden: number[] = []) =>
      sampleToken(logits, { temperature: 0, allowed, forbidden, rng: undefined });
    expect(greedy(null).id).toBe(3);
    expect(greedy([2, 1, 0]).id).toBe(1);
    expect(greedy(null, [3]).id).toBe(1);
    expect(greedy([3, 0], [3]).id).toBe(0);
    expect(greedy(null).samplingLogProb).toBe(0);
  });

  it('treats huge and minus-infinite logits as what they are', () => {
    const logits = Float32Array.of(3e38, -Infinity, -3e38);
    expect(sampleToken(logits, { temperature: 1, allowed: null, rng: createRng(1) })).toEqual({
      id: 0,
      logProb: 0,
      samplingLogProb: 0,
      certainty: Infinity,
    });
  });

  it('refuses NaN, infinity, an empty choice, and chance without a stream', () => {
    const rng = createRng(1);
    for (const bad of [Number.NaN, Infinity]) {
      expect(() => sampleToken(Float32Array.of(0, bad), { temperature: 1, allowed: null, rng })).toThrow(NumericError);
    }
    expect(() => sampleToken(Float32Array.of(-Infinity, -Infinity), { temperature: 0, allowed: null, rng })).toThrow(
      NumericError,
    );
    expect(() => sampleToken(Float32Array.of(0, 1), { temperature: 1, allowed: [1], forbidden: [1], rng })).toThrow(
      'allows no token',
    );
    expect(() => sampleToken(Float32Array.of(0, 1), { temperature: 1, allowed: null, rng: undefined })).toThrow(
      'random stream',
    );
  });
});

describe('certainty', () => {
  it('says how much all logits may change without another token being drawn', () => {
    fc.assert(
      fc.property(logitsArb, fc.constantFrom(0, 0.2, 0.7, 1.5), fc.integer(), (logits, temperature, seed) => {
        const rule = () => ({ temperature, allowed: null, rng: createRng(seed) });
        const { id, certainty } = sampleToken(logits, rule());
        const rng = createRng(seed).fork('shift');
        const shift = Math.min(certainty, 0.005) * 0.98;
        const moved = logits.map((value) => value + (2 * rng.next() - 1) * shift);
        // Rounding of the sum to float32 is a change too.
        if (shift > 1e-4) expect(sampleToken(moved, rule()).id).toBe(id);
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  it('is half the distance of the two largest when greedy', () => {
    const greedy = (logits: number[], allowed: number[] | null = null) =>
      sampleToken(Float32Array.from(logits), { temperature: 0, allowed, rng: undefined }).certainty;
    expect(greedy([1, 3, 2.5])).toBe(0.25);
    expect(greedy([3, 3])).toBe(0);
    expect(greedy([9, 3, 2], [1, 2])).toBe(0.5);
    expect(greedy([9, 3], [1])).toBe(Infinity);
  });
});

describe('logProbsOf', () => {
  it('sums to one over the vocabulary', () => {
    fc.assert(
      fc.property(logitsArb, (logits) => {
        const total = logProbsOf(logits, [...logits.keys()]).reduce((sum, logProb) => sum + Math.exp(logProb), 0);
        expect(total).toBeCloseTo(1, 5);
        expect(Number.isFinite(logNormaliser(logits))).toBe(true);
      }),
    );
  });
});
