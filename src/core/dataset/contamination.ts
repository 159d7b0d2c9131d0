/** Finds questions that share a run of words with held-out ones. */
export interface ContaminationIndex {
  /** The first shared run of words, null when there is none. */
  sharedRun(text: string): string | null;
}

/**
 * Index over held-out texts. A text shorter than the run counts as shared when it is the same text.
 * @param words length of a run; 0 makes an index that finds nothing
 */
export function createContaminationIndex(heldOut: Iterable<string>, words: number): ContaminationIndex {
  const runs = new Set<string>();
  if (words > 0) for (const text of heldOut) for (const run of runsOf(text, words)) runs.add(run);
  return { sharedRun: (text) => (words === 0 ? null : (runsOf(text, words).find((run) => runs.has(run)) ?? null)) };
}

function runsOf(text: string, length: number): string[] {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length <= length) return words.length > 0 ? [words.join(' ')] : [];
  return Array.from({ length: words.length - length + 1 }, (_, i) => words.slice(i, i + length).join(' '));
}
