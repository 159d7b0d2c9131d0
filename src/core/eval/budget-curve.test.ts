import fc from 'fast-check';
import { expect, test } from 'vitest';
import { budgetCurve, budgetsUpTo, type SpentAttempt } from './budget-curve';
import type { Attempt } from './votes';

const spent = (answer: string | null, tokens: number, more: Partial<Attempt> = {}): SpentAttempt => ({
  attempt: { answer, isRight: answer === '8', confidence: -1, process: null, ...more },
  tokens,
});

test.each([
  [1, [1]],
  [2, [1, 2]],
  [6, [1, 2, 4, 6]],
  [64, [1, 2, 4, 8, 16, 32, 64]],
])('budgets up to %i', (most, budgets) => expect(budgetsUpTo(most)).toEqual(budgets));

test('each budget sees its own attempts and no later one', () => {
  const curve = budgetCurve([spent('9', 5), spent('8', 9, { confidence: -0.1 }), spent('9', 12), spent('8', 20)], 4);
  expect(curve.map(({ budget, tokens, isCovered }) => [budget, tokens, isCovered])).toEqual([
    [1, 5, false],
    [2, 9, true],
    [4, 20, true],
  ]);
  // At two each has one vote and the surer one wins; at four it is two to two, and again.
  expect(curve.map(({ isRight }) => isRight.vote)).toEqual([false, true, true]);
  expect(curve[0]?.isRight).not.toHaveProperty('best-process');
});

test('a process reward model can choose what the vote does not', () => {
  const [point] = budgetCurve(
    [spent('9', 1, { process: 0.1 }), spent('9', 2, { process: 0.2 }), spent('8', 3, { process: 0.9 })],
    3,
  ).slice(-1);
  expect(point?.isRight).toMatchObject({ vote: false, 'best-process': true, 'process-vote': true });
});

test('a leaf that was reached twice has one vote', () => {
  const nine = spent('9', 1).attempt;
  const eight: Attempt = { ...nine, answer: '8', isRight: true, confidence: -0.5 };
  const curve = budgetCurve(
    [
      { attempt: nine, tokens: 1 },
      { attempt: nine, tokens: 1 },
      { attempt: eight, tokens: 2 },
    ],
    3,
  );
  expect(curve.at(-1)?.isRight.vote).toBe(true);
});

test('coverage and tokens never fall with the budget, and a search that ended early stands for larger budgets', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('7', '8', null), { maxLength: 20 }),
      fc.integer({ min: 1, max: 64 }),
      (answers, most) => {
        const curve = budgetCurve(
          answers.map((answer, i) => spent(answer, i + 1)),
          most,
        );
        curve.slice(1).forEach((point, i) => {
          expect(Number(point.isCovered)).toBeGreaterThanOrEqual(Number(curve[i]!.isCovered));
          expect(point.tokens).toBeGreaterThanOrEqual(curve[i]!.tokens);
        });
        expect(curve.at(-1)?.tokens).toBe(Math.min(most, answers.length));
      },
    ),
  );
});
