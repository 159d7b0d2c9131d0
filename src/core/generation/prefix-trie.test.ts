import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedLength } from './admission';
import { hostSpans, kvBytesPerToken, kvFloatsPerToken, sliceSpan, type KvLayout, type KvSpan } from './kv-rows';
import { PrefixTrie } from './prefix-trie';

const LAYOUT: KvLayout = { layers: 1, kvHeads: 2, headDim: 2 };
const STRIPS = kvFloatsPerToken(LAYOUT) / LAYOUT.headDim;

/** Keys and values that tell which token of which history they belong to. */
function spanOf(ids: readonly number[], from: number, to: number): KvSpan {
  const data = Float32Array.from({ length: kvFloatsPerToken(LAYOUT) * (to - from) }, (_, i) => {
    const strip = Math.floor(i / ((to - from) * LAYOUT.headDim));
    const token = from + (Math.floor(i / LAYOUT.headDim) % (to - from));
    return strip * 1000 + ids.slice(0, token + 1).reduce((sum, id) => (sum * 3 + id) % 997, 1);
  });
  return { tokens: to - from, data };
}

/** What a match gives, token after token: the floats of one strip. */
function floatsOf(pieces: ReturnType<PrefixTrie['match']>, strip: number): number[] {
  return pieces.flatMap(({ span, tokens }) => [
    ...span.data.subarray(strip * span.tokens * LAYOUT.headDim, (strip * span.tokens + tokens) * LAYOUT.headDim),
  ]);
}

const sequence = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 12 });

describe('PrefixTrie', () => {
  it('finds the longest beginning ever inserted, with the keys and values that were read for it', () => {
    fc.assert(
      fc.property(
        fc.array(sequence, { minLength: 1, maxLength: 20 }),
        fc.array(sequence, { minLength: 1, maxLength: 10 }),
        (inserted, asked) => {
          const trie = new PrefixTrie(LAYOUT, hostSpans(LAYOUT));
          for (const ids of inserted) trie.insert(ids, ids.length, (from, to) => spanOf(ids, from, to));
          for (const ids of [...asked, ...inserted]) {
            const longest = Math.max(0, ...inserted.map((other) => sharedLength(other, other.length, ids, ids.length)));
            const pieces = trie.match(ids, ids.length);
            expect(pieces.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(longest);
            for (let strip = 0; strip < STRIPS; strip++) {
              expect(floatsOf(pieces, strip)).toEqual(
                longest === 0 ? [] : floatsOf([{ span: spanOf(ids, 0, longest), tokens: longest }], strip),
              );
            }
          }
          const distinct = new Set(inserted.flatMap((ids) => ids.map((_, i) => ids.slice(0, i + 1).join())));
          expect(trie.sizeBytes).toBe(distinct.size * kvBytesPerToken(LAYOUT));
        },
      ),
    );
  });

  it('reads only what it does not hold', () => {
    const trie = new PrefixTrie(LAYOUT, hostSpans(LAYOUT));
    const reads: [number, number][] = [];
    const insert = (ids: number[]) =>
      trie.insert(ids, ids.length, (from, to) => {
        reads.push([from, to]);
        return spanOf(ids, from, to);
      });
    insert([1, 2, 3, 4]);
    insert([1, 2, 3, 4]);
    insert([1, 2]);
    insert([1, 2, 5, 6]);
    expect(reads).toEqual([
      [0, 4],
      [2, 4],
    ]);
  });

  it('drops the ends that were not used for longest, and keeps to its bound', () => {
    const trie = new PrefixTrie(LAYOUT, hostSpans(LAYOUT));
    const insert = (ids: number[]) => trie.insert(ids, ids.length, (from, to) => spanOf(ids, from, to));
    const length = (ids: number[]) => trie.match(ids, ids.length).reduce((sum, { tokens }) => sum + tokens, 0);
    insert([1, 2, 3, 4]);
    insert([1, 2, 5, 6]);
    insert([7, 8]);
    expect(length([1, 2, 3, 4])).toBe(4);
    trie.shrink(6 * kvBytesPerToken(LAYOUT));
    expect([length([1, 2, 5, 6]), length([1, 2, 3, 4]), length([7, 8])]).toEqual([2, 4, 2]);
    trie.shrink(0);
    expect([trie.sizeBytes, length([1, 2])]).toEqual([0, 0]);
  });
});

describe('sliceSpan', () => {
  it('cuts the same tokens out of every strip', () => {
    const ids = [1, 2, 3, 4, 5];
    expect(sliceSpan(LAYOUT, spanOf(ids, 0, 5), 2, 4)).toEqual(spanOf(ids, 2, 4));
  });
});
