import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRng } from '../../random/rng';
import { fitLogistic, logit, sigmoid, type LogisticRow } from './logistic';
import { blended, fitBlend, JudgeBlend, signalsOf } from './surprise';

describe('logistic regression', () => {
  test('finds the weights that made the labels', () => {
    const rng = createRng('weights');
    const rows = Array.from({ length: 4000 }, (): LogisticRow => {
      const signals = [rng.normal(), 10 + 3 * rng.normal(), 5];
      // Labels are the shares themselves, so there is nothing to estimate through noise.
      return { signals, label: sigmoid(0.5 + 2 * signals[0]! - 0.4 * signals[1]!), weight: 1 };
    });
    const { bias, weights } = fitLogistic(rows);
    expect(weights[0]).toBeCloseTo(2, 1);
    expect(weights[1]).toBeCloseTo(-0.4, 1);
    // A signal that never varies says nothing.
    expect(weights[2]).toBe(0);
    expect(bias).toBeCloseTo(0.5, 1);
  });

  test('is at a minimum: the gradient of the loss is zero, but for the pull', () => {
    const rng = createRng('minimum');
    const rows = Array.from({ length: 200 }, (): LogisticRow => ({
      signals: [rng.normal(), rng.next()],
      label: Number(rng.next() < 0.4),
      weight: 0.2 + rng.next(),
    }));
    const { bias, weights } = fitLogistic(rows);
    const gradient = [0, 0, 0];
    for (const { signals, label, weight } of rows) {
      const p = sigmoid(signals.reduce((sum, value, i) => sum + value * weights[i]!, bias));
      [1, ...signals].forEach((value, i) => (gradient[i]! += weight * (label - p) * value));
    }
    for (const each of gradient) expect(Math.abs(each)).toBeLessThan(0.05);
  });

  test('stays finite whatever the rows', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            signals: fc.tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(0)),
            label: fc.constantFrom(0, 1),
            weight: fc.constantFrom(0, 0.5, 1),
          }),
          { maxLength: 12 },
        ),
        (rows) => {
          const { bias, weights } = fitLogistic(rows);
          expect([bias, ...weights].every(Number.isFinite)).toBe(true);
        },
      ),
    );
  });

  test('logit undoes sigmoid', () => {
    for (const x of [-8, -1, 0, 0.3, 8]) expect(logit(sigmoid(x))).toBeCloseTo(x, 6);
    expect(Number.isFinite(logit(0)) && Number.isFinite(logit(1))).toBe(true);
  });
});

/** A question of two ids, then steps of three ids each. */
const response = (logProbs: readonly number[]) => ({
  places: [2, 5, 8],
  scores: [0.5, 0.5, 0.5],
  logProbs: [0, 0, ...logProbs],
});

test('signals are those of the step and of the path so far, never of what comes later', () => {
  expect(signalsOf(response([-1, -4, -2, -3, -0.5, -1]))).toEqual([
    [0, 0, 0, 0, 0],
    [0, -4, -4, -7, -7],
    [0, -4, -3, -11.5, -4.5],
  ]);
});

test('a judge that goes by surprise finds the step that the model did not expect', () => {
  const rng = createRng('surprise');
  const rows = Array.from({ length: 400 }, () => {
    const isWrong = rng.next() < 0.4;
    const logProbs = Array.from({ length: 6 }, (_, i) => -rng.next() - (isWrong && i === 4 ? 5 : 0));
    return { given: response(logProbs), labels: [0.6, 0.6, isWrong ? 0 : 1] };
  });
  const blend = fitBlend(
    rows.flatMap(({ given, labels }) =>
      signalsOf(given).map((signals, k) => ({ signals, label: labels[k]!, weight: 1 })),
    ),
  );
  expect(JudgeBlend.parse(JSON.parse(JSON.stringify(blend)))).toEqual(blend);
  for (const { given, labels } of rows) {
    const [, , last] = blended(given, blend);
    if (labels[2] === 0) expect(last).toBeLessThan(0.3);
    else expect(last).toBeGreaterThan(0.6);
  }
});
