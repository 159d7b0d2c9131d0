import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyOperation, FAMILY_SIZE } from './problem';
import { createRng } from '../../random/rng';
import { CHECK_STYLES, drawFact, recompute, verifyText } from './solution';
import { OPERATION_KINDS } from './wordings';

describe.each(CHECK_STYLES)('recomputation by %s', (style) => {
  it('finds the right result, each piece a true equation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: FAMILY_SIZE.valueMax }),
        fc.constantFrom(...OPERATION_KINDS),
        fc.integer({ min: 2, max: 400 }),
        (value, kind, operand) => {
          const result = applyOperation(value, kind, operand);
          fc.pre(result >= 1 && result <= FAMILY_SIZE.valueMax && (operand <= 9 || kind === '+' || kind === '-'));
          const work = recompute(value, kind, operand, style);
          expect(work.result).toBe(result);
          for (const piece of work.pieces) expect(isTrue(piece)).toBe(true);
        },
      ),
    );
  });
});

describe('facts', () => {
  it('are true, and every one that a product or a quotient may need comes', () => {
    const facts = new Set(Array.from({ length: 20_000 }, (_, i) => drawFact(createRng(i))));
    for (const fact of facts) expect(isTrue(fact)).toBe(true);
    // Products: 10 digits, carries below the factor 2..9; quotients: 10 · divisor parts of each divisor 2..9.
    expect(facts.size).toBe(10 * 44 + 10 * 44);
  });
});

describe('columns', () => {
  it('give the digits of the result, so that it can be read off', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 2, max: 400 }), (value, operand) => {
        const lastDigits = (pieces: readonly string[]) =>
          pieces
            .map((piece) => piece.at(-1))
            .reverse()
            .join('');
        const sum = recompute(value, '+', operand, 'columns');
        const top = /= (\d+)$/.exec(sum.pieces.at(-1)!)![1]!;
        expect(Number(top.slice(0, -1) + lastDigits(sum.pieces))).toBe(value + operand);
        if (operand < value)
          expect(Number(lastDigits(recompute(value, '-', operand, 'columns').pieces))).toBe(value - operand);
        const factor = 2 + (operand % 8);
        const product = recompute(value, '*', factor, 'paper').pieces;
        const head = /= (\d+)$/.exec(product.at(-1)!)![1]!;
        expect(Number(head.slice(0, -1) + lastDigits(product))).toBe(value * factor);
        const divisor = 2 + (operand % 8);
        const quotient = recompute(value, '/', divisor, 'columns')
          .pieces.map((piece) => /= (\d)/.exec(piece)![1])
          .join('');
        expect(Number(quotient)).toBe(Math.floor(value / divisor));
      }),
    );
  });

  it('are written as the model learns them', () => {
    const operation = { kind: '+', operand: 66, phrase: 'collects 66 more' } as const;
    expect(verifyText(37, operation, 93, recompute(37, '+', 66, 'columns'))).toBe(
      '37 + 66 : 7 + 6 = 13 , 3 + 6 + 1 = 10 , have 93 , find 103 . That is wrong .',
    );
    expect(recompute(112, '-', 63, 'columns').pieces).toEqual(['12 - 3 = 9', '11 - 6 - 1 = 4', '1 - 0 - 1 = 0']);
    expect(recompute(123, '*', 6, 'columns').pieces).toEqual([
      '100 * 6 = 600',
      '20 * 6 = 120',
      '600 + 120 = 720',
      '3 * 6 = 18',
      '720 + 18 = 738',
    ]);
    expect(recompute(437, '*', 8, 'paper').pieces).toEqual(['7 * 8 = 56', '3 * 8 + 5 = 29', '4 * 8 + 2 = 34']);
    expect(recompute(537, '/', 3, 'columns').pieces).toEqual([
      '5 / 3 = 1 rest 2',
      '23 / 3 = 7 rest 2',
      '27 / 3 = 9 rest 0',
    ]);
  });
});

/** `3 + 8 + 1 = 12`, `11 - 6 - 1 = 4`, `3 * 8 + 5 = 29`, `23 / 3 = 7 rest 2`: checked by plain arithmetic. */
function isTrue(piece: string): boolean {
  const [, quotientOf, divisor, quotient, rest] = /^(\d+) \/ (\d+) = (\d+)(?: rest (\d+))?$/.exec(piece) ?? [];
  if (quotientOf !== undefined) return Number(quotientOf) === Number(divisor) * Number(quotient) + Number(rest ?? 0);
  const [, product, a, b, carry] = /^((\d+) \* (\d+))(?: \+ (\d+))? = \d+$/.exec(piece) ?? [];
  const right = Number(piece.split(' = ')[1]);
  if (product !== undefined) return Number(a) * Number(b) + Number(carry ?? 0) === right;
  return (
    piece
      .split(' = ')[0]!
      .replaceAll(' - ', ' + -')
      .split(' + ')
      .reduce((sum, term) => sum + Number(term), 0) === right
  );
}
