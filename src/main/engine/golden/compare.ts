import type { Finding } from './golden-set';

/** Gathers the largest of many errors. NaN is larger than every number: it never passes. */
export class Worst {
  #error = 0;
  #where: string | undefined;

  note(error: number, where?: string): void {
    const value = Number.isNaN(error) ? Infinity : error;
    if (value > this.#error) [this.#error, this.#where] = [value, where];
  }

  finding(tolerance: number): Finding {
    return { error: this.#error, tolerance, where: this.#where };
  }
}

/** Counts what differs; nothing may. */
export class Mismatches {
  #count = 0;
  #first: string | undefined;

  /** Compares plain data (numbers, texts, lists). */
  note(actual: unknown, expected: unknown, where: string): void {
    if (JSON.stringify(actual) === JSON.stringify(expected)) return;
    this.#count++;
    this.#first ??= where;
  }

  finding(): Finding {
    return { error: this.#count, tolerance: 0, where: this.#first };
  }
}

/** |a − b|, relative to b where b is larger than 1. */
export function distance(a: number, b: number): number {
  return Math.abs(a - b) / Math.max(1, Math.abs(b));
}

/** |a − b| / |b| */
export function relativeDifference(a: number, b: number): number {
  return a === b ? 0 : Math.abs(a - b) / Math.abs(b);
}

/** ‖a‖ */
export function normOf(a: ArrayLike<number>): number {
  let squares = 0;
  for (let index = 0; index < a.length; index++) squares += a[index]! ** 2;
  return Math.sqrt(squares);
}

/** ‖a − b‖ / ‖b‖; Infinity when the lengths differ. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let [difference, norm] = [0, 0];
  for (let index = 0; index < b.length; index++) {
    difference += (a[index]! - b[index]!) ** 2;
    norm += b[index]! ** 2;
  }
  return Math.sqrt(difference / Math.max(norm, Number.MIN_VALUE));
}

/** max |a − b|; Infinity when the lengths differ, NaN when a number is none. */
export function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let index = 0; index < b.length; index++) {
    const own = Math.abs(a[index]! - b[index]!);
    if (!(own <= largest)) largest = own;
    if (Number.isNaN(own)) return own;
  }
  return largest;
}

/** Places at which two lists differ bit by bit; every place when the lengths differ. */
export function countDifferences(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Math.max(a.length, b.length);
  let count = 0;
  for (let index = 0; index < b.length; index++) if (!Object.is(a[index], b[index])) count++;
  return count;
}

/** Tensors by name. */
export type Tensors = ReadonlyMap<string, { readonly data: ArrayLike<number> }>;

/**
 * The largest error over all tensors of two sets.
 * @param measure of one pair; a tensor that only one side has counts as infinitely wrong
 */
export function compareTensors(
  actual: Tensors,
  expected: Tensors,
  measure: (a: ArrayLike<number>, b: ArrayLike<number>) => number,
  tolerance: number,
): Finding {
  const worst = new Worst();
  for (const [name, { data }] of expected) worst.note(measure(actual.get(name)?.data ?? [], data), name);
  for (const name of actual.keys()) if (!expected.has(name)) worst.note(Infinity, `${name} is not in the golden file`);
  return worst.finding(tolerance);
}

/**
 * The error that a share of all entries stays below, over all tensors together.
 * @param share 0.999 for "99.9 % within"
 */
export function quantileDistance(actual: Tensors, expected: Tensors, share: number): number {
  const distances: number[] = [];
  for (const [name, { data }] of expected) {
    const own = actual.get(name)?.data ?? [];
    if (own.length !== data.length) return Infinity;
    for (let index = 0; index < data.length; index++) distances.push(Math.abs(own[index]! - data[index]!));
  }
  if (distances.some(Number.isNaN)) return Infinity;
  const sorted = Float64Array.from(distances).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
