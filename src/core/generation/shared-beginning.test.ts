import { describe, expect, it } from 'vitest';
import { SharedBeginning } from './shared-beginning';

const text = (...ends: number[]) => [...Array.from({ length: 600 }, (_, i) => i % 7), ...ends];
const begun = (ids: readonly number[]) => ({ ids, fed: ids.length });

describe('SharedBeginning', () => {
  const open = () => {
    const reads: number[] = [];
    const beginning = new SharedBeginning<string>();
    const of = (...ids: readonly (readonly number[])[]) =>
      beginning.of(ids.map(begun), (tokens) => {
        reads.push(tokens);
        return `first ${tokens}`;
      });
    return { of, reads, beginning };
  };

  it('takes what all rows have in common out once, and again only for another or a much longer one', () => {
    const { of, reads, beginning } = open();
    expect(of(text(1, 1), text(1, 2), text(2), text(3))).toEqual({ tokens: 600, span: 'first 600' });
    // A row less, and two tokens more in common: not worth a copy.
    expect(of(text(1, 1, 4), text(1, 2, 5), text(1, 3))?.tokens).toBe(600);
    expect(reads).toEqual([600]);
    // A row that shares less.
    const other = text(5).slice(0, 500);
    expect(of(text(1, 1, 4), text(1, 2, 5), text(1, 3), [...other, 9, 9])?.tokens).toBe(500);
    // Without it, more is shared again, but not so much more.
    expect(of(text(1, 1, 4), text(1, 2, 5), text(1, 3), text(4))?.tokens).toBe(500);
    expect(reads).toEqual([600, 500]);
    beginning.forget();
    expect(of(text(1, 1, 4), text(1, 2, 5), text(1, 3), text(4))?.tokens).toBe(600);
  });

  it('does nothing for few rows, for short beginnings, and for other texts', () => {
    const { of, reads } = open();
    expect(of()).toBeNull();
    expect(of(text(1), text(2))).toBeNull();
    expect(of([1, 2, 3], [1, 2, 3], [1, 2, 3], [1, 2, 3])).toBeNull();
    expect(of(text(1), [9, ...text(2)], text(3), text(4))).toBeNull();
    expect(reads).toEqual([]);
  });

  it('never takes tokens for shared that a row has not computed yet', () => {
    const { beginning } = open();
    const rows = [600, 450, 520, 480].map((fed, i) => ({ ids: text(i), fed }));
    expect(beginning.of(rows, (tokens) => `first ${tokens}`)?.tokens).toBe(450);
  });
});
