/** One sign of a formula. */
export type Token =
  | { readonly kind: 'number'; readonly text: string }
  /** A variable, with its subscript. */
  | { readonly kind: 'symbol'; readonly text: string }
  /** `frac`, `sqrt`, `sin`, …, `begin` and `end` with the environment. */
  | { readonly kind: 'command'; readonly text: string }
  /** Words of `\text{…}`. */
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'sign'; readonly text: string };

/** Commands that are plain signs; an empty one is nothing to compare. */
const SIGNS: Readonly<Record<string, string>> = {
  cdot: '*',
  times: '*',
  ast: '*',
  div: '/',
  pm: '±',
  mp: '∓',
  le: '≤',
  leq: '≤',
  leqslant: '≤',
  ge: '≥',
  geq: '≥',
  geqslant: '≥',
  lt: '<',
  gt: '>',
  ne: '≠',
  neq: '≠',
  approx: '≈',
  simeq: '≈',
  in: '∈',
  cup: '∪',
  cap: '∩',
  setminus: '∖',
  '{': '⦃',
  '}': '⦄',
  lbrace: '⦃',
  rbrace: '⦄',
  langle: '(',
  rangle: ')',
  lparen: '(',
  rparen: ')',
  lbrack: '[',
  rbrack: ']',
  mid: '|',
  vert: '|',
  lvert: '|',
  rvert: '|',
  infty: '∞',
  colon: ':',
  '%': '%',
  '&': '&',
  '\\': '\\\\',
  left: '',
  right: '',
  big: '',
  Big: '',
  bigl: '',
  bigr: '',
  Bigl: '',
  Bigr: '',
  bigg: '',
  displaystyle: '',
  textstyle: '',
  limits: '',
  quad: ' ',
  qquad: ' ',
  ',': '',
  ';': '',
  ':': '',
  '!': '',
  ' ': '',
  '>': '',
  $: '',
  degree: '',
  circ: '',
  cdots: '…',
  ldots: '…',
  dots: '…',
};

const GREEK: Readonly<Record<string, string>> = {
  pi: 'π',
  theta: 'θ',
  alpha: 'α',
  beta: 'β',
  gamma: 'γ',
  lambda: 'λ',
  phi: 'φ',
  varphi: 'φ',
  omega: 'ω',
  sigma: 'σ',
  mu: 'μ',
  epsilon: 'ε',
  varepsilon: 'ε',
  delta: 'δ',
  rho: 'ρ',
  tau: 'τ',
};

const ALIASES: Readonly<Record<string, string>> = {
  dfrac: 'frac',
  tfrac: 'frac',
  cfrac: 'frac',
  dbinom: 'binom',
  tbinom: 'binom',
  tg: 'tan',
  ctg: 'cot',
  arctg: 'arctan',
  asin: 'arcsin',
  acos: 'arccos',
  atan: 'arctan',
  lg: 'lg',
};

/** Commands whose argument is words, and those whose argument is part of the formula. */
const WORDS = /^(?:text|textbf|textit|textrm|textnormal|mbox|hbox|textup|textsf)$/;
const FRAMES =
  /^(?:boxed|fbox|mathrm|mathbf|mathit|mathbb|mathsf|mathcal|operatorname|overline|bar|vec|hat|bf|rm|overrightarrow)$/;

/** Function names that people write without a backslash. */
const BARE_FUNCTIONS = /^(?:sqrt|sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh|exp|ln|log|pi)(?![a-z])/;

const MAX_TOKENS = 4000;

/** The signs of a formula, dressing left out; null where it is longer than any answer. */
export function tokenise(source: string): readonly Token[] | null {
  // Escaped twice on its way here.
  const text = /\\\\(?:[dtc]?frac|sqrt|begin|left|text|boxed|le|ge|pi|in)(?![a-z])/.test(source)
    ? source.replaceAll('\\\\', '\\')
    : source;
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (tokens.length > MAX_TOKENS) return null;
    const rest = text.slice(at, at + 4000);
    const space = /^[\s~$]+/.exec(rest);
    if (space) {
      at += space[0].length;
      continue;
    }
    const number = /^(?:\d{1,3}(?:(?:,|\{,\}|,\\!\s?|\\,)\d{3})+(?![\d])(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)/.exec(rest);
    if (number) {
      tokens.push({ kind: 'number', text: number[0].replace(/[^\d.]/g, '') });
      at += number[0].length;
      continue;
    }
    if (rest.startsWith('\\')) {
      const name = /^\\([A-Za-z]+|[^A-Za-z])/.exec(rest)?.[1] ?? '';
      at += 1 + name.length;
      at += readCommand(name, text, at, tokens);
      continue;
    }
    const bare = BARE_FUNCTIONS.exec(rest);
    if (bare) {
      pushNamed(bare[0], tokens);
      at += bare[0].length;
      continue;
    }
    const word = /^[A-Za-z]{4,}(?=$|[\s,.;:)])/.exec(rest) ?? /^(?:and|or|And|Or)(?![A-Za-z])/.exec(rest);
    if (word) {
      tokens.push(wordToken(word[0]));
      at += word[0].length;
      continue;
    }
    const letter = /^[A-Za-zα-ωπ∞]/.exec(rest);
    if (letter) {
      const [sub, length] = readSubscript(text, at + 1);
      tokens.push({ kind: 'symbol', text: letter[0] + sub });
      at += 1 + length;
      continue;
    }
    pushSign(rest[0] ?? '', tokens);
    at++;
  }
  return tokens;
}

/** @returns characters that the command takes besides its name; fewer than none where it took too many for its name */
function readCommand(name: string, text: string, at: number, tokens: Token[]): number {
  // \quadx is a space and an x.
  const space = /^q?quad(?=[A-Za-z])/.exec(name)?.[0];
  if (space !== undefined) return space.length - name.length;
  if (Object.hasOwn(SIGNS, name)) {
    const sign = SIGNS[name] ?? '';
    if (sign === '∞') tokens.push({ kind: 'symbol', text: '∞' });
    else if (sign.trim() !== '') pushSign(sign, tokens);
    return 0;
  }
  const argument = readBraces(text, at);
  if (WORDS.test(name) && argument) {
    const words = argument.inner.trim();
    // \text{13} and \text{e} are formulas in another type.
    const plain = /^[\d.,+-]+$|^[A-Za-z]$/.test(words) ? tokenise(words) : null;
    if (plain) tokens.push(...plain);
    else if (words !== '') tokens.push(wordToken(words));
    return argument.length;
  }
  if (FRAMES.test(name)) return 0;
  if ((name === 'begin' || name === 'end') && argument) {
    tokens.push({ kind: 'command', text: `${name} ${argument.inner.replace('*', '')}` });
    // The columns of an array.
    const columns = name === 'begin' && argument.inner === 'array' ? readBraces(text, at + argument.length) : null;
    return argument.length + (columns?.length ?? 0);
  }
  if (Object.hasOwn(GREEK, name)) {
    const [sub, length] = readSubscript(text, at);
    tokens.push({ kind: 'symbol', text: (GREEK[name] ?? name) + sub });
    return length;
  }
  pushNamed(Object.hasOwn(ALIASES, name) ? (ALIASES[name] ?? name) : name, tokens);
  return 0;
}

function pushNamed(name: string, tokens: Token[]): void {
  tokens.push(name === 'pi' ? { kind: 'symbol', text: 'π' } : { kind: 'command', text: name });
}

const PLAIN_SIGNS: Readonly<Record<string, string>> = {
  '−': '-',
  '–': '-',
  '×': '*',
  '·': '*',
  '÷': '/',
  '：': ':',
  '，': ',',
  '（': '(',
  '）': ')',
  '；': ';',
  '°': '',
};

function pushSign(sign: string, tokens: Token[]): void {
  const plain = Object.hasOwn(PLAIN_SIGNS, sign) ? (PLAIN_SIGNS[sign] ?? '') : sign;
  const before = tokens.at(-1);
  // <= and >=
  if (plain === '=' && before?.kind === 'sign' && (before.text === '<' || before.text === '>')) {
    tokens[tokens.length - 1] = { kind: 'sign', text: before.text === '<' ? '≤' : '≥' };
    return;
  }
  if (plain !== '') tokens.push({ kind: 'sign', text: plain });
}

function wordToken(words: string): Token {
  return /^(?:and|or|,|;)$/i.test(words) ? { kind: 'sign', text: ',' } : { kind: 'word', text: words };
}

/** `_1`, `_{10}` or `_n` behind a variable. */
function readSubscript(text: string, at: number): readonly [subscript: string, length: number] {
  if (text[at] !== '_') return ['', 0];
  const argument = readBraces(text, at + 1);
  if (argument) return [`_${argument.inner.replace(/\s/g, '')}`, 1 + argument.length];
  return [`_${text[at + 1] ?? ''}`, 2];
}

/** What stands in braces from here on, with the characters it takes. */
function readBraces(text: string, from: number): { readonly inner: string; readonly length: number } | null {
  let begin = from;
  while (text[begin] === ' ') begin++;
  if (text[begin] !== '{') return null;
  let depth = 0;
  for (let at = begin; at < text.length; at++) {
    if (text[at] === '{') depth++;
    else if (text[at] === '}' && --depth === 0) return { inner: text.slice(begin + 1, at), length: at + 1 - from };
  }
  return null;
}
