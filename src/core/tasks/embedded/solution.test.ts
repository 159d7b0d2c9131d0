import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyOperation, VALUE_MAX } from './problem';
import { recompute, verifyText } from './solution';
import { OPERATION_KINDS, type OperationKind } from './wordings';

describe('recomputation', () => {
  const fits = (value: number, kind: OperationKind, operand: number) => {
    const result = applyOperation(value, kind, operand);
    return result >= 1 && result <= VALUE_MAX;
  };

  it('finds the right result, each piece a true equation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999 }),
        fc.constantFrom(...OPERATION_KINDS),
        fc.integer({ min: 2, max: 200 }),
        (value, kind, operand) => {
          fc.pre(fits(value, kind, operand));
          const work = recompute(value, kind, operand);
          expect(work.result).toBe(applyOperation(value, kind, operand));
          for (const piece of work.pieces) {
            const [, a, sign, b, result] = /^(\d+) (.) (\d+) = (\d+)$/.exec(piece) ?? [];
            // The pattern admits the four signs alone here; applyOperation would throw on another.
            expect(applyOperation(Number(a), sign as OperationKind, Number(b))).toBe(Number(result));
          }
        },
      ),
    );
  });

  it('writes pieces and verdict as the model learns them', () => {
    const operation = { kind: '+', operand: 66, phrase: 'collects 66 more' } as const;
    expect(verifyText(37, operation, 93, recompute(37, '+', 66))).toBe(
      '37 + 66 : 37 + 60 = 97 , 97 + 6 = 103 , have 93 , find 103 . That is wrong .',
    );
    expect(recompute(123, '*', 6).pieces).toEqual([
      '100 * 6 = 600',
      '20 * 6 = 120',
      '600 + 120 = 720',
      '3 * 6 = 18',
      '720 + 18 = 738',
    ]);
    expect(recompute(222, '/', 6).pieces).toEqual(['180 / 6 = 30', '42 / 6 = 7', '30 + 7 = 37']);
  });
});
