/** A number read from an answer. */
export interface ParsedNumber {
  readonly value: number;
  /** Written with a percent sign or the word. */
  readonly isPercent: boolean;
  /** Holds a root or π, so decimals can only approach it. */
  readonly isIrrational: boolean;
}

const WORD_SCALES: Readonly<Record<string, number>> = { thousand: 1e3, million: 1e6, billion: 1e9, trillion: 1e12 };

/** TeX that stands for nothing or for plain signs, in order of application. */
const TEX_SIGNS: readonly (readonly [RegExp, string])[] = [
  [/\\!\s*|\\[,;:]\s?/g, ''],
  [/\\\\(?=[a-z])/g, '\\'],
  [/\\(?:left|right|displaystyle)(?![a-z])/g, ''],
  [/\\(?:boxed|fbox|mathrm|mathbf)\s*\{([^{}]*)\}/g, '$1'],
  [/\\(?:d|t|c)frac(?![a-z])/g, '\\frac'],
  [/\\\$|\$/g, ''],
  [/\^\s*(?:\{\s*\\circ\s*\}|\\circ)|°|\\degree/g, ''],
  [/\\%|٪|％/g, '%'],
  [/\\(?:text|textnormal|textrm|mbox)\s*\{\s*([^{}]*?)\s*\}(?:\s*\^\s*\{?\s*[0-9]\s*\}?)?/g, ' $1'],
  [/\\\(|\\\)|\\\[|\\\]/g, ''],
  [/\\(?:times|cdot|ast)(?![a-z])|×|·/g, '*'],
  [/\\div(?![a-z])|÷/g, '/'],
  [/\\(?:approx|simeq|equiv)(?![a-z])/g, '≈'],
  [/[−–]/g, '-'],
  [/[€£¥]/g, ''],
  [/\s*\{\s*,\s*\}\s*/g, ','],
];

/**
 * Reads a number: integers, decimals, thousands in groups, decimal commas, fractions plain or in TeX, mixed numbers, powers, roots, π,
 * products and sums of these; with a unit, a percent sign or a left side such as `x =` around it.
 * @returns null when the text is something else, e.g. holds a variable
 */
export function parseNumber(text: string): ParsedNumber | null {
  let rest = plainSigns(text);
  const sides = rest.split('=');
  rest = besidesApproximation(sides.pop() ?? '');
  if (rest === '' || !sides.every(mayStandLeft)) return null;
  const percent = /^(.*?)\s*(?:%|\s(?:percent(?:age)?(?: points?)?))$/i.exec(rest);
  if (percent) rest = percent[1]!;
  let scale = 1;
  const word = /^(.*?[\d})])\s*(thousand|million|billion|trillion)\b(.*)$/i.exec(rest);
  if (word) {
    rest = `${word[1]!}${word[3]!}`;
    scale = WORD_SCALES[word[2]!.toLowerCase()]!;
  }
  const bare = withoutUnit(rest);
  const value = evaluate(joinDigits(bare));
  if (value === null || !Number.isFinite(value)) return null;
  return { value: value * scale, isPercent: percent !== null, isIrrational: /\\sqrt|\\pi|π|√/.test(bare) };
}

/** A name or another way to write the number; an equation in variables has no value. */
function mayStandLeft(side: string): boolean {
  return (
    /^\s*\|?[A-Za-z]{0,3}\|?(?:_\{?\w+\}?)?\s*$/.test(side) || evaluate(joinDigits(withoutUnit(side.trim()))) !== null
  );
}

/** Of "1/3 ≈ 0.33" the exact side, of "x ≈ 11" the number. */
function besidesApproximation(side: string): string {
  const [exact = '', ...rounded] = side.split('≈').map((part) => part.trim());
  return rounded.length > 0 && mayStandLeft(exact) && /^\D*$/.test(exact) ? rounded.at(-1)! : exact;
}

/** Removes TeX dressing and unifies signs. */
export function plainSigns(text: string): string {
  return TEX_SIGNS.reduce((at, [pattern, replacement]) => at.replace(pattern, replacement), text)
    .trim()
    .replace(/[\s.,;:]+$/, '');
}

/** Cuts a unit after the number: words after a space, or a word of at least two letters written against it. */
function withoutUnit(text: string): string {
  return text.replace(/^(.*[\d)}.])(?:\s+[a-z][a-z\s.²³/^0-9-]*|[a-z]{2,}[²³]?(?:\^\d)?|m[²³])$/i, '$1').trim();
}

/** 1,000.99 and 1 000 to 1000.99 and 1000; 2,74 to 2.74. */
function joinDigits(text: string): string {
  return text
    .replace(/(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)/g, (digits) => digits.replaceAll(',', ''))
    .replace(/(?<![\d.])\d{1,3}(?: \d{3})+(?![\d/])/g, (digits) => digits.replaceAll(' ', ''))
    .replace(/^(-?\s*\d+),(\d{1,2}|\d{4,})$/, '$1.$2');
}

/** Recursive descent over `sum := product (± product)*`, `product := power ((* | /)? power)*`, `power := atom (^ atom)?`. */
function evaluate(text: string): number | null {
  let at = 0;
  const skip = () => {
    while (text[at] === ' ' || text[at] === '\n' || text[at] === '\t') at++;
  };
  const eat = (sign: string): boolean => {
    skip();
    if (!text.startsWith(sign, at)) return false;
    at += sign.length;
    return true;
  };
  const group = (): number | null => {
    if (eat('{')) {
      const inner = sum();
      return inner !== null && eat('}') ? inner : null;
    }
    skip();
    const digit = /^[0-9]/.exec(text.slice(at));
    if (!digit) return atom();
    at++;
    return Number(digit[0]);
  };
  const atom = (): number | null => {
    skip();
    if (eat('(') || eat('{')) {
      const closing = text[at - 1] === '(' ? ')' : '}';
      const inner = sum();
      return inner !== null && eat(closing) ? inner : null;
    }
    if (eat('\\frac')) {
      const top = group();
      const bottom = group();
      return top === null || bottom === null || bottom === 0 ? null : top / bottom;
    }
    if (eat('\\sqrt') || eat('√')) {
      let degree = 2;
      if (eat('[')) {
        const inner = sum();
        if (inner === null || !eat(']')) return null;
        degree = inner;
      }
      const inner = group();
      return inner === null ? null : inner ** (1 / degree);
    }
    if (eat('\\pi') || eat('π')) return Math.PI;
    const number =
      /^(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?(?!\w)/i.exec(text.slice(at)) ??
      /^(?:\d+(?:\.\d*)?|\.\d+)/.exec(text.slice(at));
    if (!number) return null;
    at += number[0].length;
    // 1\frac12 and "1 1/2" are one and a half.
    if (/^\d+$/.test(number[0])) {
      const mixed = /^\s*\\frac/.exec(text.slice(at)) ?? /^\s+(?=\d+\s*\/\s*\d+)/.exec(text.slice(at));
      if (mixed) {
        const part = power();
        if (part === null) return null;
        return eat('/') ? withDivisor(Number(number[0]), part, power()) : Number(number[0]) + part;
      }
    }
    return Number(number[0]);
  };
  const withDivisor = (whole: number, top: number, bottom: number | null): number | null =>
    bottom === null || bottom === 0 ? null : whole + top / bottom;
  const power = (): number | null => {
    const base = atom();
    if (base === null || !eat('^')) return base;
    const minus = eat('-');
    const exponent = group();
    return exponent === null ? null : base ** (minus ? -exponent : exponent);
  };
  const product = (): number | null => {
    let value = power();
    while (value !== null) {
      if (eat('*')) value = multiply(value, signed());
      else if (eat('/')) value = divide(value, signed());
      else if (/^\s*(?:\(|\\sqrt|\\pi|π|√|\\frac)/.test(text.slice(at))) value = multiply(value, power());
      else break;
    }
    return value;
  };
  const signed = (): number | null => {
    if (!eat('-')) return power();
    const value = power();
    return value === null ? null : -value;
  };
  const sum = (): number | null => {
    let negative = eat('-');
    if (!negative) eat('+');
    let total: number | null = 0;
    for (;;) {
      const term = product();
      if (term === null || total === null) return null;
      total += negative ? -term : term;
      if (eat('+')) negative = false;
      else if (eat('-')) negative = true;
      else return total;
    }
  };
  const value = sum();
  skip();
  return value !== null && at === text.length ? value : null;
}

function multiply(a: number, b: number | null): number | null {
  return b === null ? null : a * b;
}

function divide(a: number, b: number | null): number | null {
  return b === null || b === 0 ? null : a / b;
}
