import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT, mutateText } from '../../testing/mutants';
import { parseAnswer } from './answer-value';
import { isSameValue, USUAL_RULES, type ComparisonRules } from './same-value';

function same(left: string, right: string, rules: ComparisonRules = USUAL_RULES): boolean {
  const [a, b] = [parseAnswer(left), parseAnswer(right)];
  return a !== null && b !== null && isSameValue(a, b, rules);
}

describe('answers that mean the same', () => {
  it.each([
    ['(x+1)^2', 'x^2+2x+1'],
    ['\\frac{1}{x-1}-\\frac{1}{x+1}', '\\dfrac{2}{x^2-1}'],
    ['\\sin^2 t + \\cos^2 t', '1'],
    ['\\sin 2x', '2\\sin x\\cos x'],
    ['\\log_2 8', '3'],
    ['\\sqrt{50}', '5\\sqrt2'],
    ['\\sqrt[3]{-8}', '-2'],
    ['\\frac{\\sqrt3}{3}', '\\frac{1}{\\sqrt{3}}'],
    ['e^{i\\pi}', '-1'],
    ['5!', '120'],
    ['\\binom{5}{2}', '10'],
    ['2\\frac{1}{3}', '\\frac73'],
    ['|{-3}|', '3'],
    ['\\{1, 2, 3\\}', '\\{3, 1, 2\\}'],
    ['3, 1 and 2', '1,2,3'],
    ['x = 4 or x = -1', 'x=-1, x=4'],
    ['1 \\pm \\sqrt{2}', '1-\\sqrt2, 1+\\sqrt2'],
    ['(1, \\frac12)', '(1,0.5)'],
    ['[0, \\infty)', '[0,+\\infty)'],
    ['x \\ge 3', '[3, \\infty)'],
    ['3 \\le x', 'x \\geq 3'],
    ['-2 < x < 5', 'x \\in (-2, 5)'],
    ['|x| < 2', '(-2,2)'],
    ['x < -1 ', '(-\\infty,-1)'],
    ['(-\\infty, 0) \\cup (1, \\infty)', '(1,\\infty)\\cup(-\\infty,0)'],
    ['2x + 4y = 6', 'x + 2y - 3 = 0'],
    ['y = 2x + 1', '2x - y + 1 = 0'],
    ['x + y < 3', '-x - y > -3'],
    ['f(x) = 3x^2', '3x^2'],
    ['\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}', '\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}'],
    ['\\text{odd numbers}', '\\text{Odd numbers}'],
    ['12\\text{ cm}^2', '12'],
    ['3:4', '\\frac{3}{4}'],
    ['\\frac{\\pi r}{h+r}', '\\pi r / (r+h)'],
    ['1.414x', '\\sqrt{2}x'],
  ])('%s and %s', (left, right) => {
    expect(same(left, right)).toBe(true);
    expect(same(right, left)).toBe(true);
  });
});

describe('answers that differ', () => {
  it.each([
    ['(x+1)^2', 'x^2+1'],
    ['\\sin x', '\\cos x'],
    ['\\sqrt{51}', '5\\sqrt2'],
    ['1-\\frac{1}{e}', '1+\\frac{1}{e}'],
    ['(1,2)', '(2,1)'],
    ['(0,1)', '[0,1]'],
    ['[0,1)', '[0,1]'],
    ['1,2,3', '1,2'],
    ['\\{1,2\\}', '\\{1,3\\}'],
    ['x > 3', 'x \\ge 3'],
    ['x > 3', 'x < 3'],
    ['x = 2, y = 3', 'x = 3, y = 2'],
    ['2x + 4y = 6', '2x + 4y = 7'],
    ['x + y < 3', 'x + y > 3'],
    ['(-\\infty,0)\\cup(1,\\infty)', '(-\\infty,\\infty)'],
    ['\\begin{pmatrix}1&2\\end{pmatrix}', '\\begin{pmatrix}2&1\\end{pmatrix}'],
    ['1.41x', '\\sqrt{2}x'],
    ['x^2', 'x^3'],
    ['34x', '34'],
    ['\\text{even}', '\\text{odd}'],
    ['0.1', '0.01'],
    ['10^{10}', '10^{10}+1'],
  ])('%s and %s', (left, right) => {
    expect(same(left, right)).toBe(false);
    expect(same(right, left)).toBe(false);
  });

  it('order counts where the rules say so, but for sets', () => {
    const ordered = { ...USUAL_RULES, anyOrder: false };
    expect(same('1,2', '2,1', ordered)).toBe(false);
    expect(same('\\{1,2\\}', '\\{2,1\\}', ordered)).toBe(true);
  });
});

/** Sums and products of small numbers and two variables, with their value at (3, 5). */
const formula = fc.letrec<{ readonly formula: readonly [text: string, value: number] }>((tie) => ({
  formula: fc.oneof(
    { maxDepth: 4 },
    fc.integer({ min: 1, max: 9 }).map((n) => [String(n), n] as const),
    fc.constantFrom(['x', 3] as const, ['y', 5] as const),
    fc.tuple(tie('formula'), tie('formula')).map(([a, b]) => [`(${a[0]}+${b[0]})`, a[1] + b[1]] as const),
    fc.tuple(tie('formula'), tie('formula')).map(([a, b]) => [`${a[0]} \\cdot ${b[0]}`, a[1] * b[1]] as const),
  ),
})).formula;

it('formulas equal as polynomials have equal values, and a changed one is told from the first', () => {
  fc.assert(
    fc.property(formula, formula, (a, b) => {
      if (same(a[0], b[0])) expect(a[1]).toBe(b[1]);
      expect(same(a[0], `${a[0]}+0`)).toBe(true);
      expect(same(`${a[0]}+${b[0]}`, `${b[0]}+${a[0]}`)).toBe(true);
      expect(same(a[0], `(${a[0]})+x`)).toBe(false);
    }),
  );
});

const ANSWERS = [
  '\\frac{1}{2}+\\sqrt[3]{x^{2}-1}, \\left[-1, \\infty\\right) \\cup \\{2, 3\\}',
  '\\begin{pmatrix} 1 & 0.5 \\\\ \\sin^2 x & |y| \\end{pmatrix}',
  'x_1 = 5 \\pm \\sqrt{2} \\text{ and } -2 \\le |z| < \\log_2 7!',
];

it(
  'any text is read or not, and compared in bounded work',
  () => {
    const outcome = fuzz('answers', {
      mutate: (rng) => [mutateText(ANSWERS, rng), mutateText(ANSWERS, rng)] as const,
      sizeOf: ([left, right]) => left.length + right.length,
      parse([left, right]) {
        same(left, right);
        same(left, left);
      },
    });
    expect(outcome.refused).toBe(0);
  },
  FUZZ_TIMEOUT,
);

it.each([
  ['ten thousand brackets', `${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
  ['towers of powers', `9${'^{9'.repeat(40)}${'}'.repeat(40)}`],
  ['lists of thousands', Array.from({ length: 5000 }, (_, i) => i).join(', ')],
  ['long sums', Array.from({ length: 3000 }, (_, i) => `x^${i}`).join('+')],
])('does not go on for ever with %s', (_, text) => {
  expect(typeof same(text, `${text}+1`)).toBe('boolean');
});
