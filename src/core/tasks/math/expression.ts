import {
  arcsine,
  arctangent,
  cosine,
  exponential,
  factorial,
  logarithm,
  minus,
  modulus,
  negated,
  over,
  plus,
  power,
  real,
  sine,
  times,
  type Complex,
} from './complex';

/** A formula as a tree. */
export type Expression =
  | {
      readonly kind: 'number';
      readonly value: number;
      /** Digits behind its point, as written. */ readonly decimals: number;
    }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'call'; readonly name: FunctionName; readonly args: readonly Expression[] };

/** Every function of a formula and its value at complex points. */
const FUNCTIONS = {
  add: (a: Complex, b: Complex) => plus(a, b),
  subtract: (a: Complex, b: Complex) => minus(a, b),
  multiply: (a: Complex, b: Complex) => times(a, b),
  divide: (a: Complex, b: Complex) => over(a, b),
  power: (a: Complex, b: Complex) => power(a, b),
  negate: (a: Complex) => negated(a),
  /** The real root where there is one: ∛−8 is −2. */
  root: (a: Complex, degree: Complex) =>
    a.im === 0 && a.re < 0 && degree.im === 0 && degree.re % 2 !== 0 && Number.isInteger(degree.re)
      ? real(-((-a.re) ** (1 / degree.re)))
      : power(a, over(real(1), degree)),
  abs: (a: Complex) => real(modulus(a)),
  factorial: (a: Complex) => factorial(a),
  binomial: (n: Complex, k: Complex) => over(factorial(n), times(factorial(k), factorial(minus(n, k)))),
  floor: (a: Complex) => real(Math.floor(a.re + 1e-9)),
  ceil: (a: Complex) => real(Math.ceil(a.re - 1e-9)),
  exp: (a: Complex) => exponential(a),
  ln: (a: Complex) => logarithm(a),
  log: (a: Complex, base: Complex) => over(logarithm(a), logarithm(base)),
  sin: (a: Complex) => sine(a),
  cos: (a: Complex) => cosine(a),
  tan: (a: Complex) => over(sine(a), cosine(a)),
  cot: (a: Complex) => over(cosine(a), sine(a)),
  sec: (a: Complex) => over(real(1), cosine(a)),
  csc: (a: Complex) => over(real(1), sine(a)),
  arcsin: (a: Complex) => arcsine(a),
  arccos: (a: Complex) => minus(real(Math.PI / 2), arcsine(a)),
  arctan: (a: Complex) => arctangent(a),
  sinh: (a: Complex) => over(minus(exponential(a), exponential(negated(a))), real(2)),
  cosh: (a: Complex) => over(plus(exponential(a), exponential(negated(a))), real(2)),
  tanh: (a: Complex) =>
    over(minus(exponential(times(real(2), a)), real(1)), plus(exponential(times(real(2), a)), real(1))),
} satisfies Record<string, (...args: Complex[]) => Complex>;

export type FunctionName = keyof typeof FUNCTIONS;

/** Functions that a formula may call by name with one argument in brackets or without. */
export const NAMED_FUNCTIONS: ReadonlySet<string> = new Set([
  'exp',
  'ln',
  'sin',
  'cos',
  'tan',
  'cot',
  'sec',
  'csc',
  'arcsin',
  'arccos',
  'arctan',
  'sinh',
  'cosh',
  'tanh',
]);

/** Whether the name is a row of the table. */
export function isFunctionName(name: string): name is FunctionName {
  return Object.hasOwn(FUNCTIONS, name);
}

/** Symbols with a value of their own. */
const CONSTANTS: Readonly<Record<string, Complex>> = {
  π: real(Math.PI),
  '∞': real(Infinity),
  e: real(Math.E),
  i: { re: 0, im: 1 },
  I: { re: 0, im: 1 },
};

export function constant(value: number): Expression {
  return { kind: 'number', value, decimals: 0 };
}

export function call(name: FunctionName, ...args: readonly Expression[]): Expression {
  return { kind: 'call', name, args };
}

/** Value of a formula where its symbols have these values; null where one has none. */
export function evaluateAt(expression: Expression, values: ReadonlyMap<string, Complex>): Complex | null {
  switch (expression.kind) {
    case 'number':
      return real(expression.value);
    case 'symbol':
      return (
        values.get(expression.name) ??
        (Object.hasOwn(CONSTANTS, expression.name) ? (CONSTANTS[expression.name] ?? null) : null)
      );
    case 'call': {
      const args: Complex[] = [];
      for (const arg of expression.args) {
        const value = evaluateAt(arg, values);
        if (value === null) return null;
        args.push(value);
      }
      const apply: (...values: Complex[]) => Complex = FUNCTIONS[expression.name];
      return apply(...args);
    }
  }
}

/** Names of the symbols without a value of their own. */
export function variablesOf(expression: Expression, into = new Set<string>()): Set<string> {
  if (expression.kind === 'symbol' && !Object.hasOwn(CONSTANTS, expression.name)) into.add(expression.name);
  if (expression.kind === 'call') for (const arg of expression.args) variablesOf(arg, into);
  return into;
}

/** The coarsest decimal of a formula, as its last digit's share of the number; 0 where all numbers are exact. */
export function roundingOf(expression: Expression): number {
  if (expression.kind === 'number') {
    // Two decimals are prices and the like, and exact; 1.414 stands for √2.
    return expression.decimals < 3 || expression.value === 0
      ? 0
      : 10 ** -expression.decimals / Math.abs(expression.value);
  }
  return expression.kind === 'call' ? Math.max(0, ...expression.args.map(roundingOf)) : 0;
}

/** Whether a formula holds a root, π or a function, so that decimals can only approach it. */
export function isIrrational(expression: Expression): boolean {
  if (expression.kind === 'number') return false;
  if (expression.kind === 'symbol') return expression.name === 'π' || expression.name === 'e';
  const own = ['add', 'subtract', 'multiply', 'negate', 'divide', 'power', 'abs'].includes(expression.name);
  const fractionalPower = expression.name === 'power' && expression.args[1]?.kind === 'call';
  return !own || fractionalPower || expression.args.some(isIrrational);
}

/** Nodes of the tree. */
export function sizeOfExpression(expression: Expression): number {
  return expression.kind === 'call' ? expression.args.reduce((sum, arg) => sum + sizeOfExpression(arg), 1) : 1;
}
