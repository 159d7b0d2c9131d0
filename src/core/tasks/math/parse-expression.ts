import { call, constant, isFunctionName, NAMED_FUNCTIONS, type Expression } from './expression';
import type { Token } from './tokens';

/** Brackets and what closes them. */
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}', '⦃': '⦄', '|': '|' };

/** Levels of brackets that are followed. */
const MAX_DEPTH = 60;

/**
 * A formula from its signs.
 * @param plus what ± stands for: 1 or −1
 * @returns null where it is none
 */
export function parseExpression(tokens: readonly Token[], plus: 1 | -1 = 1): Expression | null {
  const parser = new Parser(tokens, plus);
  const result = parser.sum();
  return result !== null && parser.isAtEnd ? result : null;
}

/** `sum := term (± term)*`, `term := factor ((* | /)? factor)*`, `factor := atom (^ | !)*`; null is "no formula". */
class Parser {
  #at = 0;
  #depth = 0;
  /** Whether `|` closes an absolute value here. */
  #bars = 0;
  readonly #tokens: readonly Token[];
  readonly #plus: 1 | -1;

  constructor(tokens: readonly Token[], plus: 1 | -1) {
    this.#tokens = tokens;
    this.#plus = plus;
  }

  get isAtEnd(): boolean {
    this.#skipWords();
    return this.#at >= this.#tokens.length;
  }

  sum(): Expression | null {
    let total = this.#signed();
    while (total !== null) {
      const sign = this.#takeOf('+', '-', '±', '∓');
      if (sign === null) return total;
      const term = this.#term();
      if (term === null) return null;
      total = call(this.#isMinus(sign) ? 'subtract' : 'add', total, term);
    }
    return null;
  }

  #isMinus(sign: string): boolean {
    return sign === '-' || (sign === '±' && this.#plus === -1) || (sign === '∓' && this.#plus === 1);
  }

  /** A term with signs before it. */
  #signed(): Expression | null {
    const sign = this.#takeOf('+', '-', '±', '∓');
    if (sign === null) return this.#term();
    const inner = this.#deeper(() => this.#signed());
    return inner && (this.#isMinus(sign) ? call('negate', inner) : inner);
  }

  #term(): Expression | null {
    let product = this.#factor();
    while (product !== null) {
      this.#skipWords();
      const sign = this.#takeOf('*', '/');
      if (sign !== null) {
        const next = this.#takeOf('-') === null ? this.#factor() : negate(this.#factor());
        if (next === null) return null;
        product = call(sign === '*' ? 'multiply' : 'divide', product, next);
      } else if (this.#beginsAtom()) {
        const isFraction = this.#peekCommand() === 'frac';
        const next: Expression | null = this.#factor();
        if (next === null) return null;
        // 1\frac12 is one and a half.
        const isMixed = isFraction && isWhole(product) && next.kind === 'call' && next.args.every(isWhole);
        product = call(isMixed ? 'add' : 'multiply', product, next);
      } else return product;
    }
    return null;
  }

  #factor(): Expression | null {
    let base = this.#atom();
    while (base !== null) {
      if (this.#takeOf('!') !== null) base = call('factorial', base);
      else if (this.#takeOf('%') !== null) base = call('divide', base, constant(100));
      else if (this.#takeOf('^') !== null) {
        const exponent = this.#script();
        // 90^\circ: the degree sign is left out, and so is the circumflex before it.
        if (exponent === null) return this.isAtEnd ? base : null;
        base = call('power', base, exponent);
      } else return base;
    }
    return null;
  }

  /** What stands raised: a group, or one sign. */
  #script(): Expression | null {
    const sign = this.#takeOf('-');
    const inner = this.#argument();
    return sign === null ? inner : negate(inner);
  }

  /** An argument in braces, or one digit or sign: \frac12, x^2. */
  #argument(): Expression | null {
    const token = this.#tokens[this.#at];
    if (token?.kind === 'sign' && token.text === '{') return this.#bracketed('{');
    if (token?.kind === 'number' && token.text.length > 1 && !token.text.includes('.')) {
      // \frac12 has two arguments of one digit each.
      this.#splitDigit = { rest: token.text.slice(1) };
      return constant(Number(token.text[0]));
    }
    return this.#atom();
  }
  #splitDigit: { readonly rest: string } | null = null;

  /** Two arguments of a command. */
  #pair(): readonly [Expression, Expression] | null {
    const first = this.#argument();
    if (first === null) return null;
    const rest = this.#splitDigit?.rest;
    this.#splitDigit = null;
    if (rest !== undefined) {
      this.#at++;
      return rest.length === 1 ? [first, constant(Number(rest))] : null;
    }
    const second = this.#wholeArgument();
    return second === null ? null : [first, second];
  }

  /** An argument that takes a number whole. */
  #wholeArgument(): Expression | null {
    const token = this.#tokens[this.#at];
    return token?.kind === 'number' ? this.#atom() : this.#argument();
  }

  #atom(): Expression | null {
    this.#splitDigit = null;
    const token = this.#tokens[this.#at];
    if (token === undefined) return null;
    if (token.kind === 'number') {
      this.#at++;
      return { kind: 'number', value: Number(token.text), decimals: token.text.split('.')[1]?.length ?? 0 };
    }
    if (token.kind === 'symbol') {
      this.#at++;
      return { kind: 'symbol', name: token.text };
    }
    if (token.kind === 'command') return this.#command(token.text);
    if (token.kind === 'sign' && Object.hasOwn(CLOSING, token.text)) return this.#bracketed(token.text);
    return null;
  }

  #command(name: string): Expression | null {
    this.#at++;
    if (name === 'frac' || name === 'binom') {
      const pair = this.#pair();
      return pair && call(name === 'frac' ? 'divide' : 'binomial', ...pair);
    }
    if (name === 'sqrt') {
      const degree = this.#peekSign('[') ? this.#bracketed('[') : constant(2);
      const inner = degree && this.#wholeArgument();
      return inner && call('root', inner, degree);
    }
    if (name === 'lfloor' || name === 'lceil') {
      const inner = this.#deeper(() => this.sum());
      if (inner === null || this.#peekCommand() !== (name === 'lfloor' ? 'rfloor' : 'rceil')) return null;
      this.#at++;
      return call(name === 'lfloor' ? 'floor' : 'ceil', inner);
    }
    if (name === 'log' || name === 'lg') {
      const base = this.#takeOf('_') === null ? constant(name === 'lg' ? 10 : Math.E) : this.#wholeArgument();
      const inner = base && this.#functionArgument();
      return inner && call('log', inner, base);
    }
    if (!NAMED_FUNCTIONS.has(name) || !isFunctionName(name)) return null;
    const raised = this.#takeOf('^') === null ? null : this.#script();
    const inner = this.#functionArgument();
    if (inner === null) return null;
    // sin⁻¹ is the inverse, sin² the square.
    const isInverse = raised?.kind === 'call' && raised.name === 'negate' && isFunctionName(`arc${name}`);
    const inverse = `arc${name}`;
    if (isInverse && isFunctionName(inverse)) return call(inverse, inner);
    return raised ? call('power', call(name, inner), raised) : call(name, inner);
  }

  /** In brackets, or the factors up to the next sign or function: sin 2x cos y is (sin 2x)(cos y). */
  #functionArgument(): Expression | null {
    if (this.#peekSign('(') || this.#peekSign('{')) return this.#factor();
    let product = this.#factor();
    while (product !== null && this.#beginsAtom() && this.#peekCommand() === null) {
      const next = this.#factor();
      if (next === null) return null;
      product = call('multiply', product, next);
    }
    return product;
  }

  #bracketed(open: string): Expression | null {
    if (open === '|' && this.#bars > 0) return null;
    this.#at++;
    if (open === '|') this.#bars++;
    const inner = this.#deeper(() => this.sum());
    if (open === '|') this.#bars--;
    if (inner === null || this.#takeOf(CLOSING[open] ?? '') === null) return null;
    return open === '|' ? call('abs', inner) : inner;
  }

  #deeper(read: () => Expression | null): Expression | null {
    if (this.#depth >= MAX_DEPTH) return null;
    this.#depth++;
    const result = read();
    this.#depth--;
    return result;
  }

  #beginsAtom(): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || token.kind === 'word') return false;
    if (token.kind !== 'sign') return !(token.kind === 'command' && /^(?:rfloor|rceil|end .*)$/.test(token.text));
    return token.text === '|' ? this.#bars === 0 : Object.hasOwn(CLOSING, token.text);
  }

  /** Units and other words behind a number, with their own exponents: 10 \text{ cm}^2. */
  #skipWords(): void {
    while (this.#tokens[this.#at]?.kind === 'word') {
      this.#at++;
      if (this.#takeOf('^') !== null) this.#script();
    }
  }

  #peekSign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'sign' && token.text === sign;
  }

  #peekCommand(): string | null {
    const token = this.#tokens[this.#at];
    return token?.kind === 'command' ? token.text : null;
  }

  #takeOf(...signs: readonly string[]): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== 'sign' || !signs.includes(token.text)) return null;
    this.#at++;
    return token.text;
  }
}

function negate(expression: Expression | null): Expression | null {
  return expression && call('negate', expression);
}

function isWhole(expression: Expression): boolean {
  return expression.kind === 'number' && Number.isInteger(expression.value);
}
