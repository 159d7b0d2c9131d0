import { describe, expect, it } from 'vitest';
import { DATA, hasData, readRows } from '../testing/fixtures';
import { GradedRowSchema, gradeRow, gradeRows } from './grade';

const row = (value: unknown) => GradedRowSchema.parse(value);

describe('gradeRow', () => {
  it.each([
    [{ gold: '$\\frac{1}{2}$', pred: 'so we get $x = 0.5$.', expected: true }, true],
    [{ gold: '(B) seven', pred: "It is not A, so it's B", expected: true }, true],
    [{ gold: 'C', pred: 'C. because A is wrong', expected: true }, true],
    [{ gold: '7', pred: 'we find \\boxed{7} and not 8', expected: true }, true],
    [{ gold: '\\boxed{1} and \\boxed{2}', pred: '$2, 1$', expected: true }, true],
    [{ gold: '3', pred: 'nothing at all', expected: false }, false],
    [{ gold: '10', pred: '10cm', expected: false, source: 'mario-math-evaluation' }, false],
    [{ gold: '10', pred: '10cm', expected: true }, true],
    [{ gold: '1, 2', pred: '2, 1', expected: false, source: 'hendrycks-math' }, false],
    [{ gold: '$2$', pred: 'two plus 2', expected: false, options: { match_types: ['latex'] } }, false],
  ])('judges two answers: %o', (value, ours) => expect(gradeRow(row(value)).ours).toBe(ours));

  it.each([
    [{ gold: '18', response: 'She sells 9.\n9 * 2 = 18\nA: 18', correct: true }, true],
    [{ gold: '16 - 7 = 9\nA: 9', response: 'it makes 9 eggs', correct: true }, true],
    [{ gold: '#### 12', response: 'The answer is 13.', correct: false }, false],
    [{ gold: '$x^2 - 1$', response: 'Thus the product is $(x-1)(x+1)$.', correct: true }, true],
  ])('judges whole responses: %o', (value, ours) => expect(gradeRow(row(value)).ours).toBe(ours));

  it('counts by source and lists what is judged otherwise', () => {
    const rows = [
      { gold: '1', pred: '1', expected: true, source: 'a' },
      { gold: '1', pred: '2', expected: true, source: 'a' },
      { gold: '1', response: 'A: 1', correct: true },
    ];
    expect(gradeRows(rows.map(row))).toMatchObject({
      total: 3,
      agree: 2,
      bySource: { a: { total: 2, agree: 1 }, unnamed: { total: 1, agree: 1 } },
      disagreements: [{ row: 2, source: 'a', gold: '1', answer: '2', ours: false, expected: true }],
    });
  });
});

describe.skipIf(!hasData)('published verdicts', () => {
  it('agrees with every grader on its own cases', () => {
    const report = gradeRows(readRows<unknown>(DATA, 'grading/cases.jsonl').map(row));
    for (const [source, { total, agree }] of Object.entries(report.bySource))
      expect([source, agree / total]).toEqual([source, expect.closeTo(1, 1)]);
    expect(report.agree / report.total).toBeGreaterThanOrEqual(0.99);
  });

  it('agrees with those on solutions of GSM8K', () => {
    const rows = readRows<Record<string, unknown>>(DATA, 'gsm8k/example_model_solutions.jsonl').flatMap(
      ({ ground_truth: gold, ...cells }) =>
        Object.entries(cells).flatMap(([source, cell]) => {
          if (typeof cell === 'string') return [];
          const { is_correct: correct, solution: response } = Object(cell) as Record<string, unknown>;
          return [row({ source, gold, response, correct })];
        }),
    );
    const { total, agree } = gradeRows(rows);
    expect(total).toBe(5276);
    expect(agree / total).toBeGreaterThanOrEqual(0.99);
  });
});
