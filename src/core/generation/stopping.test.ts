import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { createStopWatchFactory } from './stopping';

/** Each id is a piece of text. */
const decoderOf = (pieces: readonly string[]) => ({
  decode: vi.fn<(ids: ArrayLike<number>) => string>((ids) => Array.from(ids, (id) => pieces[id] ?? '').join('')),
});
/** Each id is a byte of UTF-8; broken sequences decode to U+FFFD. */
const byteDecoder = { decode: (ids: ArrayLike<number>) => new TextDecoder().decode(Uint8Array.from(Array.from(ids))) };

/** Index of the id that ends the sequence, -1 when none does. */
function endOf(watch: { accept(id: number): boolean }, ids: readonly number[]): number {
  return ids.findIndex((id) => watch.accept(id));
}

describe('createStopWatchFactory', () => {
  it('stops at a stop id', () => {
    expect(endOf(createStopWatchFactory(decoderOf([])).create([7, 9], []), [1, 9, 7])).toBe(1);
  });

  it('finds a stop text that spreads over tokens, as soon as it is there', () => {
    const pieces = ['Hello', ' Wor', 'ld', '\n', 'ny', '\nQuest', 'ion', ':'];
    const watch = createStopWatchFactory(decoderOf(pieces)).create([], ['\nQuestion:', 'xyz']);
    expect(endOf(watch, [0, 1, 2, 3, 5, 6, 0, 5, 6, 7, 0])).toBe(9);
  });

  it('does not decode for tokens that cannot end a stop text', () => {
    const decoder = decoderOf(['a', 'b', '\n']);
    const watch = createStopWatchFactory(decoder).create([], ['\n']);
    expect(endOf(watch, [0, 1, 0, 1, 0, 2])).toBe(5);
    // One look at each of the three pieces and one at the window.
    expect(decoder.decode).toHaveBeenCalledTimes(4);
  });

  it('agrees with looking at the whole text after every token, also inside characters of several bytes', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '→', '🙂', ' ', '\n'), minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        text,
        fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '→', '🙂', ' '), minLength: 1, maxLength: 3 }), {
          minLength: 1,
          maxLength: 2,
        }),
        (whole, stops) => {
          const ids = [...new TextEncoder().encode(whole)];
          const expected = ids.findIndex((_, i) =>
            stops.some((stop) => byteDecoder.decode(ids.slice(0, i + 1)).includes(stop)),
          );
          expect(endOf(createStopWatchFactory(byteDecoder).create([], stops), ids)).toBe(expected);
        },
      ),
    );
  });
});
