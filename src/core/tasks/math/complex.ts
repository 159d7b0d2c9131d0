/** A complex number; answers are compared at complex points, so that roots of negative numbers and logarithms have values too. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

export const real = (re: number): Complex => ({ re, im: 0 });
export const plus = (a: Complex, b: Complex): Complex => ({ re: a.re + b.re, im: a.im + b.im });
export const minus = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
export const negated = (a: Complex): Complex => ({ re: -a.re, im: -a.im });
export const modulus = (a: Complex): number => Math.hypot(a.re, a.im);

export function times(a: Complex, b: Complex): Complex {
  // A real factor is kept apart, so that ∞ · 2 is ∞ and not NaN.
  if (b.im === 0) return { re: a.re * b.re, im: a.im === 0 ? 0 : a.im * b.re };
  if (a.im === 0) return { re: a.re * b.re, im: a.re * b.im };
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

export function over(a: Complex, b: Complex): Complex {
  if (b.im === 0) return { re: a.re / b.re, im: a.im === 0 ? 0 : a.im / b.re };
  const size = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
}

export function exponential(a: Complex): Complex {
  const size = Math.exp(a.re);
  return a.im === 0 ? real(size) : { re: size * Math.cos(a.im), im: size * Math.sin(a.im) };
}

/** Principal logarithm. */
export function logarithm(a: Complex): Complex {
  return a.im === 0 && a.re > 0 ? real(Math.log(a.re)) : { re: Math.log(modulus(a)), im: Math.atan2(a.im, a.re) };
}

/** Principal power; exact for whole exponents of reasonable size. */
export function power(base: Complex, exponent: Complex): Complex {
  if (exponent.im === 0) {
    const n = exponent.re;
    if (base.im === 0 && (base.re >= 0 || Number.isInteger(n))) return real(base.re ** n);
    if (Number.isInteger(n) && Math.abs(n) <= 64) {
      let out = real(1);
      for (let i = 0; i < Math.abs(n); i++) out = times(out, base);
      return n < 0 ? over(real(1), out) : out;
    }
  }
  return modulus(base) === 0 ? real(0) : exponential(times(exponent, logarithm(base)));
}

export function sine(a: Complex): Complex {
  if (a.im === 0) return real(Math.sin(a.re));
  return { re: Math.sin(a.re) * Math.cosh(a.im), im: Math.cos(a.re) * Math.sinh(a.im) };
}

export function cosine(a: Complex): Complex {
  if (a.im === 0) return real(Math.cos(a.re));
  return { re: Math.cos(a.re) * Math.cosh(a.im), im: -Math.sin(a.re) * Math.sinh(a.im) };
}

/** arctan z = (i / 2) ln((i + z) / (i − z)). */
export function arctangent(a: Complex): Complex {
  if (a.im === 0) return real(Math.atan(a.re));
  const i = { re: 0, im: 1 };
  return times({ re: 0, im: 0.5 }, logarithm(over(plus(i, a), minus(i, a))));
}

/** arcsin z = −i ln(iz + √(1 − z²)). */
export function arcsine(a: Complex): Complex {
  if (a.im === 0 && Math.abs(a.re) <= 1) return real(Math.asin(a.re));
  const root = power(minus(real(1), times(a, a)), real(0.5));
  return times({ re: 0, im: -1 }, logarithm(plus(times({ re: 0, im: 1 }, a), root)));
}

/** Γ(z + 1) by Lanczos, g = 7, n = 9 (Godfrey's coefficients); whole numbers are multiplied out. */
export function factorial(a: Complex): Complex {
  if (a.im === 0 && Number.isInteger(a.re) && a.re >= 0 && a.re <= 170) {
    let product = 1;
    for (let i = 2; i <= a.re; i++) product *= i;
    return real(product);
  }
  const [first = 0, ...rest] = LANCZOS;
  const sum = rest.reduce((total, c, i) => plus(total, over(real(c), plus(a, real(i + 1)))), real(first));
  const t = plus(a, real(7.5));
  return times(times(real(Math.sqrt(2 * Math.PI)), power(t, plus(a, real(0.5)))), times(exponential(negated(t)), sum));
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];
