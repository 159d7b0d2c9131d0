/** Padding that a batch of fresh prefixes may have, as a share of its longest. */
const MAX_PADDING = 0.25;
/** Room of a row grows by doubling from here. */
const SHORTEST_ROW = 64;

/**
 * Groups prefixes for prefill so that padding stays small and a run bounded.
 * @param lengths   ascending
 * @param maxTokens of one run, padding included; a longer prefix gets a group of its own
 * @returns sizes of consecutive groups
 */
export function groupByLength(lengths: readonly number[], maxTokens: number): number[] {
  const sizes: number[] = [];
  let first = 0;
  for (let i = 1; i <= lengths.length; i++) {
    const longest = lengths[i];
    const shortest = lengths[first] ?? 0;
    const fits =
      longest !== undefined && shortest >= longest * (1 - MAX_PADDING) && longest * (i + 1 - first) <= maxTokens;
    if (fits) continue;
    sizes.push(i - first);
    first = i;
  }
  return sizes;
}

/** Number of equal ids at the beginnings of a[0, aEnd) and b[0, bEnd). */
export function sharedLength(a: ArrayLike<number>, aEnd: number, b: ArrayLike<number>, bEnd: number): number {
  const limit = Math.min(aEnd, bEnd);
  let length = 0;
  while (length < limit && a[length] === b[length]) length++;
  return length;
}

/** Room of a row for `needed` tokens: doubled from a shortest one, so that rows seldom have to be made anew. */
export function rowLengthFor(needed: number, maxContext: number): number {
  let length = SHORTEST_ROW;
  while (length < needed) length *= 2;
  return Math.max(needed, Math.min(length, maxContext));
}
