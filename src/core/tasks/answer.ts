import { parseAnswer } from './math/answer-value';
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

/** What may stand between two boxes of one answer: `\boxed{1} and \boxed{2}`, no sentence. */
const BETWEEN_BOXES = /^(?:[^A-Za-z\n]*(?:[A-Za-z]+[^A-Za-z\n]*){0,2})$/;
const BETWEEN_CHARACTERS = 24;

/**
 * The content of the last `\boxed` or `\fbox` with balanced braces, or the single token after `\boxed `; of several boxes with no
 * more than a word between them, all, with commas.
 */
export function lastBoxed(text: string): Found | null {
  const boxes: Found[] = [];
  for (let until = text.length; until > 0;) {
    const at = Math.max(text.lastIndexOf('\\boxed', until - 1), text.lastIndexOf('\\fbox', until - 1));
    const box = at < 0 ? null : boxAt(text.slice(0, until), at);
    const last = boxes[0];
    if (box === null || (last && !isJoint(text.slice(at + box.length, last.at)))) break;
    boxes.unshift(box);
    until = at;
  }
  const last = boxes.at(-1);
  if (last === undefined) return null;
  return { text: boxes.map((box) => box.text).join(', '), mark: 'boxed', at: last.at };
}

function isJoint(between: string): boolean {
  const words = between.replace(/\\(?:text|mbox|quad|qquad)(?![a-z])|\\[()[\],;!]|[{}$]/g, ' ').trim();
  return words.length <= BETWEEN_CHARACTERS && BETWEEN_BOXES.test(words);
}

/** The box that begins at `at`, with the characters it takes. */
function boxAt(text: string, at: number): (Found & { readonly length: number }) | null {
  let from = text.indexOf('x', at + 4) + 1;
  if (text.startsWith('\\boxed', at)) from = at + '\\boxed'.length;
  while (text[from] === ' ') from++;
  if (text[from] !== '{') {
    const token = /^[^\s$]+/.exec(text.slice(from));
    return token ? { text: token[0], mark: 'boxed', at, length: from + token[0].length - at } : null;
  }
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    if (text[i] === '{') depth++;
    else if (text[i] === '}' && --depth === 0) {
      const inner = text.slice(from + 1, i).trim();
      return inner === '' ? null : { text: inner, mark: 'boxed', at, length: i + 1 - at };
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
    const answer =
      parseNumber(sentence) !== null
        ? sentence
        : (formulaIn(sentence) ?? lastNumber(sentence) ?? shortExpression(sentence));
    if (answer !== null && !sentence.includes('\\boxed')) found = { text: answer, mark: 'phrase', at: match.index };
  }
  return found;
}

/** A formula in running text: `$$…$$`, `\\[…\\]`, `\\(…\\)`, and `$…$` within one line. */
const FORMULA = /\$\$([^$]+)\$\$|\\\[([^]+?)\\\]|\\\(([^]+?)\\\)|\$([^$\n]+)\$/g;

/** The last formula of a text that is more than a blank, without its dollar signs; null when there is none. */
export function lastFormula(text: string): string | null {
  let last: string | null = null;
  for (const match of text.matchAll(FORMULA)) {
    const inner = match
      .slice(1)
      .find((part) => part !== undefined)
      ?.trim();
    if (inner) last = inner;
  }
  return last;
}

/** The formula that a sentence ends with, a unit aside, where it is one and not words between two prices. */
function formulaIn(sentence: string): string | null {
  const formula = lastFormula(sentence);
  if (formula === null || !/(?:\$|\\\)|\\\])\s*[a-z]{0,12}\W*$/i.test(sentence)) return null;
  const value = parseAnswer(formula);
  return value === null || value.kind === 'words' ? null : formula;
}

/** A letter of multiple choice at the beginning, or the last one that stands alone. */
export function chosenLetter(text: string): string | null {
  const first = /^\s*\(?([A-J])(?:\)|(?=[.,:。]|\s*$|\s+[A-Z][a-z]|[^ -~\s]))/.exec(text)?.[1];
  if (first !== undefined) return first;
  let last: string | null = null;
  // "not A" says what it is not.
  for (const match of text.matchAll(
    /(?<![A-Za-z'’])(?<!(?:\bnot|\bnon|n't be|isn't|不是)\s)\(?([A-J])\)?(?![A-Za-z'’])/g,
  ))
    last = match[1] ?? last;
  return last;
}

/** A sentence that may itself be an answer, e.g. `x + 1` or `(C)`; prose is none. */
function shortExpression(sentence: string): string | null {
  return sentence.length > 0 && sentence.length <= 40 && sentence.split(/\s+/).length <= 4 ? sentence : null;
}
