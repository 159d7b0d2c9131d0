import type { JsonCursor } from '../formats/json';

/** What Oniguruma calls white space (Unicode White_Space); JavaScript's `\s` has U+FEFF and lacks U+0085. */
export const WHITE_SPACE = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** Escapes that mean something else or nothing in JavaScript's unicode mode: [outside a class, inside one]. */
const ESCAPES: Readonly<Record<string, readonly [string, string | null]>> = {
  s: [`[${WHITE_SPACE}]`, WHITE_SPACE],
  S: [`[^${WHITE_SPACE}]`, null],
  d: ['\\p{Nd}', '\\p{Nd}'],
  D: ['\\P{Nd}', '\\P{Nd}'],
  w: ['[\\p{L}\\p{M}\\p{N}\\p{Pc}]', '\\p{L}\\p{M}\\p{N}\\p{Pc}'],
  W: ['[^\\p{L}\\p{M}\\p{N}\\p{Pc}]', null],
  h: ['[0-9a-fA-F]', '0-9a-fA-F'],
  A: ['(?<![\\s\\S])', null],
  z: ['(?![\\s\\S])', null],
};

/** Characters that stay escaped; any other punctuation is written plainly, as unicode mode demands. */
const SYNTAX = new Set('^$\\.*+?()[]{}|/');

/** An escape with its argument, a counted quantifier, or one character. */
const PIECES = /\\[pPuxkg]\{[^}]*\}|\\[^]|\{\d*,?\d*\}|[^]/gu;

const QUANTIFIER = /^(?:[*+?]|\{\d*,?\d*\})$/;

/**
 * A pattern of tokenizer.json (Oniguruma syntax) as a JavaScript one with flags `gu`.
 * @throws WorkbenchError `json-unsupported` for possessive quantifiers and what JavaScript does not know
 */
export function toRegExp(pattern: JsonCursor): RegExp {
  const source = pattern.text();
  if (repeatsRepetition(source))
    throw pattern.unsupported(
      `the pattern ${JSON.stringify(source)} repeats what repeats itself, which could take for ever`,
    );
  let out = '';
  let inClass = false;
  /** Whether the piece before is a quantifier; a `+` after one is possessive. */
  let quantified = false;
  for (const [piece] of source.matchAll(PIECES)) {
    if (piece.startsWith('\\')) {
      out += translateEscape(piece.slice(1), inClass, pattern);
    } else {
      if (piece === '+' && quantified && !inClass)
        throw pattern.unsupported('possessive quantifiers are not supported');
      if (piece === '[') inClass = true;
      else if (piece === ']') inClass = false;
      out += piece;
    }
    quantified = !inClass && QUANTIFIER.test(piece);
  }
  try {
    return new RegExp(out, 'gu');
  } catch {
    throw pattern.unsupported(`the pattern ${JSON.stringify(source)} cannot be read`);
  }
}

/** Quantifiers without an upper bound. */
const UNBOUNDED = /^(?:[*+]|\{\d*,\})$/;

/**
 * Whether a group that holds an unbounded repetition or a choice is itself repeated without bound, like `(a+)+` or `(a|a)*`:
 * JavaScript tries such patterns in exponentially many ways. No released tokenizer has one.
 */
function repeatsRepetition(source: string): boolean {
  /** For each open group whether it repeats something; the outermost level last out. */
  const open: boolean[] = [false];
  let inClass = false;
  let closed = false;
  for (const [piece] of source.matchAll(PIECES)) {
    const afterGroup = closed;
    closed = false;
    if (inClass) inClass = piece !== ']';
    else if (piece === '[') inClass = true;
    else if (piece === '(') open.push(false);
    else if (piece === '|') open[open.length - 1] = true;
    else if (piece === ')') {
      const inner = open.length > 1 ? (open.pop() ?? false) : false;
      closed = inner;
      if (inner) open[open.length - 1] = true;
    } else if (UNBOUNDED.test(piece)) {
      if (afterGroup) return true;
      open[open.length - 1] = true;
    }
  }
  return false;
}

function translateEscape(char: string, inClass: boolean, pattern: JsonCursor): string {
  const known = Object.hasOwn(ESCAPES, char) ? ESCAPES[char] : undefined;
  if (known) {
    const translated = known[inClass ? 1 : 0];
    if (translated === null) throw pattern.unsupported(`\\${char} inside a character class is not supported`);
    return translated;
  }
  if (/^[A-Za-z0-9]/.test(char) || SYNTAX.has(char) || (inClass && char === '-')) return `\\${char}`;
  return char;
}

/** A regular expression that matches `text` literally. */
export function literalRegExp(text: string): RegExp {
  return new RegExp(text.replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&'), 'gu');
}

/** A `{"String": …}` or `{"Regex": …}` pattern. */
export function readPattern(pattern: JsonCursor): RegExp {
  const literal = pattern.at('String');
  return literal.isAbsent ? toRegExp(pattern.at('Regex')) : literalRegExp(literal.text());
}
