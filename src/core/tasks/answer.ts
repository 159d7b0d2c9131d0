import { parseNumber } from './number';

/** How an answer was found; the later ones are less sure. */
export const ANSWER_MARKS = ['boxed', 'hashes', 'phrase', 'whole', 'last-number'] as const;
export type AnswerMark = (typeof ANSWER_MARKS)[number];

export interface ExtractedAnswer {
  readonly text: string;
  readonly mark: AnswerMark;
}

interface Found extends ExtractedAnswer {
  readonly at: number;
}

/** Anything that reads as a number inside running text; not digits inside a word. */
const NUMBER_IN_TEXT =
  /(?<![A-Za-z0-9_.,\\])[-−–]?\s?\$?\s?(?:\\[dtc]?frac\s*(?:\{[^{}]+\}\s*\{[^{}]+\}|\d\s*\d)|\d{1,3}(?:(?:,|\{,\}|,\\!\s*)\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)?(?:\s?\/\s?\d+(?:\.\d+)?)?|\.\d+)\s?(?:\\?%)?/g;

/** Characters of a response that may be nothing but a number. */
const MAX_WHOLE = 120;

const PHRASE = /(?:answer\s+is|answer\s*(?::|=)|^A:)\s*:?\s*/gim;

/**
 * Finds the final answer of a response: the latest of the last `\boxed{…}`, the last `#### …` and the last "answer is …";
 * without any of them the whole text if it reads as a number, else the last number in it.
 * @returns null when there is nothing that could be an answer
 */
export function extractAnswer(text: string): ExtractedAnswer | null {
  const candidates = [lastBoxed(text), lastHashes(text), lastPhrase(text)].filter((found) => found !== null);
  const latest = candidates.sort((a, b) => b.at - a.at)[0];
  if (latest !== undefined) return { text: latest.text, mark: latest.mark };
  if (text.length <= MAX_WHOLE && parseNumber(text) !== null) return { text: text.trim(), mark: 'whole' };
  const number = lastNumber(text);
  return number === null ? null : { text: number, mark: 'last-number' };
}

/** The last number in running text, as written. */
export function lastNumber(text: string): string | null {
  let last: string | null = null;
  for (const match of text.matchAll(NUMBER_IN_TEXT)) last = match[0].trim();
  // "5 - 3" is a difference; a sign apart from its number belongs to it only at the start or after something that is not a number.
  return last === null ? null : last.replace(/^([-−–])\s+/, '');
}

/** The content of the last `\boxed` or `\fbox` with balanced braces, or the single token after `\boxed `. */
export function lastBoxed(text: string): Found | null {
  const at = Math.max(text.lastIndexOf('\\boxed'), text.lastIndexOf('\\fbox'));
  if (at < 0) return null;
  let from = text.indexOf('x', at + 4) + 1;
  if (text.startsWith('\\boxed', at)) from = at + '\\boxed'.length;
  while (text[from] === ' ') from++;
  if (text[from] !== '{') {
    const token = /^[^\s$]+/.exec(text.slice(from));
    return token ? { text: token[0], mark: 'boxed', at } : null;
  }
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) {
      const inner = text.slice(from + 1, i).trim();
      return inner === '' ? null : { text: inner, mark: 'boxed', at };
    }
  }
  return null;
}

function lastHashes(text: string): Found | null {
  const at = text.lastIndexOf('####');
  const line =
    at < 0
      ? ''
      : text
          .slice(at + 4)
          .split('\n', 1)[0]!
          .trim();
  return line === '' ? null : { text: line, mark: 'hashes', at };
}

/** What follows the last "answer is" up to the end of its sentence; in a longer sentence the last number of it. */
function lastPhrase(text: string): Found | null {
  let found: Found | null = null;
  for (const match of text.matchAll(PHRASE)) {
    const from = match.index + match[0].length;
    const sentence = /^[^\n]*?(?=[.!?]?\s*(?:\n|$)|[.!?]\s+(?![\d]))/.exec(text.slice(from))?.[0].trim() ?? '';
    const answer = parseNumber(sentence) !== null ? sentence : (lastNumber(sentence) ?? shortExpression(sentence));
    if (answer !== null && !sentence.includes('\\boxed')) found = { text: answer, mark: 'phrase', at: match.index };
  }
  return found;
}

/** A sentence that may itself be an answer, e.g. `x + 1` or `(C)`; prose is none. */
function shortExpression(sentence: string): string | null {
  return sentence.length > 0 && sentence.length <= 40 && sentence.split(/\s+/).length <= 4 ? sentence : null;
}
