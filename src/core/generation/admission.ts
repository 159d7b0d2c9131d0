/** Room of a row grows from here: by a half, then by a third, so twice in two steps. */
const SHORTEST_ROW = 64;
/** Padding that a group may have, as a share of its longest member, or in tokens where that is more. */
const MAX_PADDING_SHARE = 0.25;
const MAX_PADDING_TOKENS = 4;

/**
 * Groups prefill work so that padding stays small and a run bounded.
 * @param lengths   tokens to compute for each row, ascending
 * @param maxTokens of one run, padding included; a longer one gets a group of its own
 * @returns sizes of consecutive groups
 */
export function groupByLength(lengths: readonly number[], maxTokens: number): number[] {
  const sizes: number[] = [];
  let first = 0;
  for (let i = 1; i <= lengths.length; i++) {
    const longest = lengths[i];
    const shortest = lengths[first] ?? 0;
    const padding = Math.max(MAX_PADDING_TOKENS, MAX_PADDING_SHARE * (longest ?? 0));
    if (longest !== undefined && longest - shortest <= padding && longest * (i + 1 - first) <= maxTokens) continue;
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

/** Room of a row for `needed` tokens: in steps of a half or a third, so that rows seldom have to be made anew and little of them stays empty. */
export function rowLengthFor(needed: number, maxContext: number): number {
  let length = SHORTEST_ROW;
  for (let isPower = true; length < needed; isPower = !isPower) length *= isPower ? 3 / 2 : 4 / 3;
  return Math.max(needed, Math.min(length, maxContext));
}
