/** A run of plain text, or mathematics in the line or on a line of its own. */
export interface MathPart {
  readonly kind: 'text' | 'inline' | 'display';
  readonly source: string;
}

/** Display before inline, so that `$$` is not read as two empty `$`. A lone dollar before a digit is money, not mathematics. */
const MATH =
  /\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\)|\$(?!\s)((?:\\.|[^$\n\\])+?)(?<!\s)\$(?!\d)|(\\boxed\{(?:[^{}]|\{[^{}]*\})*\})/g;

/** Splits text at its mathematics; joining all sources with their delimiters gives the text again. */
export function splitMath(text: string): readonly MathPart[] {
  const parts: MathPart[] = [];
  let at = 0;
  for (const match of text.matchAll(MATH)) {
    if (match.index > at) parts.push({ kind: 'text', source: text.slice(at, match.index) });
    const display = match[1] ?? match[2];
    parts.push(
      display !== undefined
        ? { kind: 'display', source: display }
        : { kind: 'inline', source: match[3] ?? match[4] ?? match[5] ?? '' },
    );
    at = match.index + match[0].length;
  }
  if (at < text.length) parts.push({ kind: 'text', source: text.slice(at) });
  return parts;
}
