import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createRng } from '../random/rng';
import { compareEvaluations } from './compare';
import { mcnemarExact, pairedBootstrap } from './paired';
import { coverageAtK, isCovered, majorityVote, weightedVote, type Attempt } from './votes';
import { normalQuantile, wilsonInterval } from './wilson';

test.each([
  // from the closed formula, in Python
  [8, 10, 0.4901625, 0.9433178],
  [0, 20, 0, 0.1611252],
  [20, 20, 0.8388748, 1],
  [188, 400, 0.4216069, 0.5189638],
])('Wilson %i of %i', (successes, count, low, high) => {
  const interval = wilsonInterval(successes, count);
  expect(interval.low).toBeCloseTo(low, 6);
  expect(interval.high).toBeCloseTo(high, 6);
});

test('the interval holds the share and shrinks with more questions', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
      const successes = Math.round(share * count);
      const { value, low, high } = wilsonInterval(successes, count);
      expect(low).toBeLessThanOrEqual(value);
      expect(high).toBeGreaterThanOrEqual(value);
      const more = wilsonInterval(successes * 4, count * 4);
      expect(more.high - more.low).toBeLessThan(high - low);
    }),
  );
});

test.each([
  [0.975, 1.959963985],
  [0.5, 0],
  [0.995, 2.575829304],
  [0.001, -3.090232306],
])('normal quantile of %d', (p, z) => expect(normalQuantile(p)).toBeCloseTo(z, 7));

test.each([
  // from binomial coefficients, in Python
  [0, 0, 1],
  [5, 5, 1],
  [10, 2, 0.0385742],
  [26, 68, 1.734e-5],
  [9, 1, 0.0214844],
])('McNemar %i to %i', (won, lost, p) => {
  expect(mcnemarExact(won, lost)).toBeCloseTo(p, 6);
  expect(mcnemarExact(lost, won)).toBeCloseTo(p, 6);
});

test('McNemar stays finite for many questions', () => {
  expect(mcnemarExact(4000, 4100)).toBeGreaterThan(0.2);
  expect(mcnemarExact(3000, 5000)).toBeLessThan(1e-50);
});

test('the bootstrap interval is as wide as theory says', () => {
  const rng = createRng(5);
  const first = Array.from({ length: 400 }, () => rng.next() < 0.5);
  const second = Array.from({ length: 400 }, () => rng.next() < 0.6);
  const { value, low, high } = pairedBootstrap(first, second, { samples: 4000, confidence: 0.95, rng });
  const steps = first.map((isRight, i) => Number(second[i]) - Number(isRight));
  const deviation = Math.sqrt(steps.reduce((sum, step) => sum + (step - value) ** 2, 0) / 400) / 20;
  expect((high - low) / (2 * 1.96 * deviation)).toBeCloseTo(1, 1);
  expect(low).toBeLessThan(value);
  expect(high).toBeGreaterThan(value);
});

test('coverage estimate by hand', () => {
  expect(coverageAtK(4, 1, 2)).toBeCloseTo(0.5, 12);
  expect(coverageAtK(10, 0, 5)).toBe(0);
  expect(coverageAtK(10, 8, 5)).toBe(1);
});

const attempt = (answer: string | null, confidence = -1, isRight = false, process: number | null = null): Attempt => ({
  answer,
  confidence,
  isRight,
  process,
});

test('votes count equal answers together, break ties by confidence, and pass over missing answers', () => {
  expect(
    majorityVote([attempt('5'), attempt('1,000'), attempt('1000.0'), attempt(null), attempt(null), attempt(null)])
      .winner!.answer,
  ).toBe('1,000');
  expect(majorityVote([attempt('5', -2), attempt('6', -1)]).winner!.answer).toBe('6');
  expect(majorityVote([attempt(null)]).winner).toBeNull();
  expect(weightedVote([attempt('5', -3), attempt('5', -3), attempt('6', -0.1)]).winner!.answer).toBe('6');
  expect(isCovered([attempt('5'), attempt('6', -1, true)])).toBe(true);
  expect(isCovered([attempt('5'), attempt('6', -1, true)], 1)).toBe(false);
});

test('a comparison uses the shared questions alone', () => {
  const judged = (ids: readonly number[], right: (id: number) => boolean) =>
    ids.map((id) => ({ questionId: `q${id}`, isRight: right(id) }));
  const ids = Array.from({ length: 100 }, (_, i) => i);
  const options = { confidence: 0.95, bootstrapSamples: 1000, rng: createRng(1) };
  const better = compareEvaluations(
    judged(ids, (id) => id < 40),
    judged([...ids, 200], (id) => id < 60),
    options,
  );
  expect(better).toMatchObject({ sharedQuestions: 100, won: 20, lost: 0 });
  expect(better.difference.value).toBeCloseTo(0.2, 12);
  expect(better.verdict).toMatch(/better by 20\.0 points on 100 questions \(p < 0\.001\)/);
  expect(better.flips).toEqual(ids.slice(40, 60).map((id) => `q${id}`));
  expect(
    compareEvaluations(
      judged(ids, (id) => id < 40),
      judged(ids, (id) => id < 41),
      options,
    ).verdict,
  ).toMatch(/can be chance/);
  expect(compareEvaluations([], [], options).verdict).toMatch(/share no question/);
});
