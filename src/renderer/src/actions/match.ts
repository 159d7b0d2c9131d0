/**
 * How well a name answers to what was typed: the beginning of the name, then of a word, then anywhere, then letters in order.
 * @returns 0 when it does not at all; higher is better, at most 4
 */
export function matchScore(name: string, typed: string): number {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return 1;
  const text = name.toLowerCase();
  if (text.startsWith(wanted)) return 4;
  const at = text.indexOf(wanted);
  if (at > 0) return /[\p{L}\p{N}]/u.test(text[at - 1] ?? '') ? 2 : 3;
  return isSubsequence(wanted.replace(/\s+/g, ''), text) ? 1 : 0;
}

function isSubsequence(letters: string, text: string): boolean {
  let at = -1;
  for (const letter of letters) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}
