import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DATA, hasData, readRows } from '../testing/fixtures';
import { extractAnswer } from './answer';
import { parseNumber } from './number';
import { answerVerifier, compareAnswers, normaliseAnswer } from './verifier';

/** Rows of a file of the public data; none where the data is not there, so that what reads them is skipped. */
const rowsOf = <T>(path: string): T[] => (hasData ? readRows<T>(DATA, path) : []);

interface GradingCase {
  readonly id: string;
  readonly group: string;
  readonly gold: string;
  readonly pred: string;
  readonly expected: boolean;
}

/** Rows that fix a habit of one upstream grader rather than mathematics, each with the reason. */
const GRADER_HABITS: Readonly<Record<string, string>> = {
  'math-verify-0031': 'single dollars over several lines are not TeX for that grader; the number is the same',
  'lighteval-0336': 'the same case',
  'math-verify-0250': 'the gold names two answers',
  'math-verify-0190': 'the gold names two answers; its last box is not the reference',
  'math-verify-0206': 'the same',
  'lighteval-0476': 'the same',
  'mario-math-evaluation-0548': '10cm is refused only because there is no space before the unit',
  'mario-math-evaluation-0549': 'the same for 10m',
};

/** A row is numeric when its gold reads as one number. */
const numericGold = (gold: string): boolean => {
  const marked = /\\boxed|####/.test(gold) ? extractAnswer(gold)?.text : gold;
  return marked !== undefined && parseNumber(marked) !== null;
};

describe.skipIf(!hasData)('the grading cases', () => {
  const rows = rowsOf<GradingCase>('grading/cases.jsonl').filter(
    (row) => numericGold(row.gold) && !(row.id in GRADER_HABITS),
  );

  test('there are enough numeric ones', () => expect(rows.length).toBeGreaterThanOrEqual(105));

  test.each(rows.map((row) => [row.id, row] as const))('%s', (_id, row) => {
    const isBare =
      row.group.startsWith('test_is') || row.group.startsWith('test_fraction') || row.group.startsWith('test_are');
    const equal = isBare ? compareAnswers(row.pred, row.gold).equal : answerVerifier.verify(row.pred, row.gold).isRight;
    expect(equal, `${row.gold} | ${row.pred.slice(-120)}`).toBe(row.expected);
  });
});

test.skipIf(!hasData)('agrees with the published verdicts on GSM8K solutions', () => {
  interface Solution {
    readonly is_correct: boolean;
    readonly solution: string;
  }
  let same = 0;
  let total = 0;
  for (const row of rowsOf<Record<string, string | Solution>>('gsm8k/example_model_solutions.jsonl')) {
    for (const cell of Object.values(row)) {
      if (typeof cell === 'string') continue;
      total++;
      const reference = extractAnswer(row['ground_truth'] as string)!.text;
      if (answerVerifier.verify(cell.solution, reference).isRight === cell.is_correct) same++;
    }
  }
  expect(total).toBe(5276);
  expect(same / total).toBeGreaterThanOrEqual(0.99);
});

test.each([
  ['27', '27.0', true],
  ['0.50', '\\frac12', true],
  ['1,000', '1000', true],
  ['\\frac{-1}{2}', '-\\frac{1}{2}', true],
  ['$5$', '5', true],
  ['50%', '0.5', true],
  ['50%', '50', true],
  ['3 1/2', '3.5', true],
  ['2\\sqrt{2}', '2.8284271', true],
  ['1.20 dollars', '1.2', true],
  ['-3', '3', false],
  ['34x', '34', false],
  ['10', '100', false],
  ['16386.17', '16386.16', false],
  ['3 million', '3000000', true],
  ['(C)', '(C)', true],
  ['', '', false],
  ['(10 - 4) * (6 - 2)', '24 using 2 4 6 10', true],
  ['(10 - 4) \\times (6 - 2) = 24', '24 using 2 4 6 10', true],
  ['(10 - 4) * 4', '24 using 2 4 6 10', false],
  ['10 + 6 + 4 + 2', '24 using 2 4 6 10', false],
  ['cups pens books', 'in order: cups pens books', true],
  ['cups, pens and books', 'in order: cups pens books', false],
  ['Cups, pens, books', 'in order: cups pens books', true],
  ['pens cups books', 'in order: cups pens books', false],
  ['cups pens', 'in order: cups pens books', false],
  ['08:34 P.M.', '20:34', true],
  ['8:34 am', '20:34', false],
  ['1011_2', '1011_{2}', true],
  ['1011_2', '1011_3', false],
  ['B', '(B) seven', true],
  ['(C)', 'B', false],
  ['x \\in [0, 1)', '0 \\le x < 1', true],
  ['\\frac{x+2}{7}', '\\frac{x}{7}+\\frac27', true],
])('%s against %s: %s', (answer, reference, equal) => {
  expect(compareAnswers(answer, reference).equal).toBe(equal);
});

test.each([
  ['The answer is 126 .', '126', 'phrase'],
  ['collects 66 more : 37 + 66 = 103 .', '103', 'last-number'],
  ['So \\boxed{\\frac{1}{2}} it is', '\\frac{1}{2}', 'boxed'],
  ['\\boxed 5', '5', 'boxed'],
  ['12 eggs\n#### 18', '18', 'hashes'],
  ['First \\boxed{3}. Final answer: 4.', '4', 'phrase'],
  ['The answer is: \\boxed{7}.', '7', 'boxed'],
  ['5 - 3', '5 - 3', 'whole'],
  ['we have 5 - 3', '3', 'last-number'],
  ['it fell to -3', '-3', 'last-number'],
])('extracts from %s', (text, answer, mark) => {
  expect(extractAnswer(text)).toEqual({ text: answer, mark });
});

test.each(['', 'no idea', 'AZYUK2A', '\\boxed{}'])('finds no answer in %j', (text) => {
  expect(extractAnswer(text)).toBeNull();
});

test('every number is found again, however it is dressed', () => {
  const dress = fc.constantFrom(
    (n: string) => `The answer is ${n} .`,
    (n: string) => `#### ${n}`,
    (n: string) => `so \\boxed{${n}}.`,
    (n: string) => `The answer is $${n}$.`,
    (n: string) => `It costs ${n}`,
  );
  fc.assert(
    fc.property(
      fc.integer({ min: -1_000_000, max: 1_000_000 }),
      fc.constantFrom(0, 1, 2),
      dress,
      (value, decimals, wrap) => {
        const number = value / 10 ** decimals;
        expect(answerVerifier.verify(wrap(String(number)), String(number)).isRight).toBe(true);
        expect(answerVerifier.verify(wrap(String(number)), String(number + 1)).isRight).toBe(false);
        expect(answerVerifier.verify(wrap(number.toLocaleString('en-US')), String(number)).isRight).toBe(true);
      },
    ),
  );
});

test('equal answers vote together', () => {
  expect(new Set(['1,000', '1000.0', '$1000$', '\\boxed{1000}'].map(normaliseAnswer)).size).toBe(1);
  expect(normaliseAnswer('1000')).not.toBe(normaliseAnswer('100'));
});
