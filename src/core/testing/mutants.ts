import { WorkbenchError } from '../errors';
import { decodeUtf8Lossy, encodeUtf8 } from '../formats/utf8';
import type { Rng } from '../ports';
import { createRng } from '../random/rng';
import { startAllocationMeter } from './allocations';

/** Mutants of each parser: 10,000, or what `WORKBENCH_FUZZ_MUTANTS` says (`npm run fuzz` and `npm run fuzz -- --long`). */
export const MUTANTS = Number(process.env['WORKBENCH_FUZZ_MUTANTS'] ?? 10_000);

/** First part of every mutant's seed; another one gives other mutants. */
const SEED = process.env['WORKBENCH_FUZZ_SEED'] ?? '1';

/** Milliseconds that a parser's mutants may take before the test is taken for hung: a bound for people who wait, not a measure. */
export const FUZZ_TIMEOUT = 60_000 + 60 * MUTANTS;

/** Small requests that have nothing to do with the file, e.g. a scratch block or a table of bytes. */
const FREE_BYTES = 4096;

export interface FuzzOutcome {
  /** Share of the mutants that was refused. */
  readonly refused: number;
  /** Largest request for memory in bytes over the size of its mutant, small ones left out. */
  readonly worstAllocation: number;
}

/**
 * Feeds damaged files to a parser: each is either read or refused by a WorkbenchError that says where and what to do.
 * @param mutate  makes one damaged file; the same for the same seed
 * @param sizeOf  bytes of that file
 * @param parse   reads it as far as the program would
 * @throws Error naming the mutant's seed when anything else happens
 */
export function fuzz<T>(
  name: string,
  parts: {
    readonly mutate: (rng: Rng) => T;
    readonly sizeOf: (mutant: T) => number;
    readonly parse: (mutant: T) => void;
  },
): FuzzOutcome {
  let refused = 0;
  let worstAllocation = 0;
  const meter = startAllocationMeter();
  try {
    for (let i = 0; i < MUTANTS; i++) {
      const seed = `${SEED}/${name}/${i}`;
      const mutant = parts.mutate(createRng(seed));
      meter.reset();
      const error = catchError(() => parts.parse(mutant));
      if (error !== null) {
        checkRefusal(error, seed);
        refused++;
      }
      if (meter.largest > FREE_BYTES)
        worstAllocation = Math.max(worstAllocation, meter.largest / Math.max(1, parts.sizeOf(mutant)));
    }
  } finally {
    meter.stop();
  }
  return { refused: refused / MUTANTS, worstAllocation };
}

/** The same for parsers that read from a disk; memory is not watched, for others work in between. */
export async function fuzzAsync<T>(
  name: string,
  parts: { readonly mutate: (rng: Rng) => T; readonly parse: (mutant: T) => Promise<void> },
): Promise<Pick<FuzzOutcome, 'refused'>> {
  let refused = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const seed = `${SEED}/${name}/${i}`;
    try {
      await parts.parse(parts.mutate(createRng(seed)));
    } catch (error) {
      checkRefusal(error, seed);
      refused++;
    }
  }
  return { refused: refused / MUTANTS };
}

function catchError(action: () => void): unknown {
  try {
    action();
    return null;
  } catch (error) {
    return error;
  }
}

function checkRefusal(error: unknown, seed: string): void {
  const isRefusal = error instanceof WorkbenchError && error.kind !== 'internal' && error.facts.where !== undefined;
  if (!isRefusal) throw new Error(`mutant ${seed} was neither read nor refused`, { cause: error });
}

/** Whole numbers that length fields get: ends of their ranges, and what overflows when it is multiplied or added. */
const LENGTHS = [
  0n,
  1n,
  2n,
  7n,
  255n,
  65_535n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];

/** Ways to damage bytes; each changes them in place or gives others. Most fall into the first `head` bytes. */
const DAMAGES: readonly ((bytes: Uint8Array, rng: Rng, head: number) => Uint8Array)[] = [
  (bytes, rng, head) => overwrite(bytes, rng.integer(head), [(bytes[0] ?? 0) ^ (1 << rng.integer(8))]),
  (bytes, rng, head) => overwrite(bytes, rng.integer(head), [rng.integer(256)]),
  (bytes, rng, head) => overwrite(bytes, rng.integer(head), littleEndian(pick(LENGTHS, rng), rng.next() < 0.5 ? 4 : 8)),
  (bytes, rng, head) =>
    overwrite(bytes, 8 * rng.integer(1 + (head >> 3)), littleEndian(BigInt(bytes.length + rng.integer(17) - 8), 8)),
  (bytes, rng, head) =>
    overwrite(
      bytes,
      rng.integer(head),
      Array.from({ length: 16 }, () => rng.integer(256)),
    ),
  (bytes, rng) => bytes.subarray(0, rng.integer(bytes.length + 1)),
  (bytes, rng, head) => {
    const [at, cut] = [rng.integer(head), 1 + rng.integer(8)];
    bytes.copyWithin(at, at + cut);
    return bytes.subarray(0, Math.max(at, bytes.length - cut));
  },
  (bytes, rng, head) => {
    const [from, to, length] = [rng.integer(head), rng.integer(head), 1 + rng.integer(32)];
    bytes.copyWithin(to, from, Math.min(from + length, bytes.length));
    return bytes;
  },
  (bytes, rng, head) => splice(bytes, bytes, rng.integer(head), rng.integer(head)),
];

/** A copy of one of `originals` with one to three damages, or two of them spliced. */
export function mutateBytes(originals: readonly Uint8Array[], rng: Rng, headBytes = Infinity): Uint8Array {
  // Not `slice`, which in Node's buffers is the same memory.
  let bytes: Uint8Array = new Uint8Array(pick(originals, rng));
  if (originals.length > 1 && rng.next() < 0.1) {
    const other = pick(originals, rng);
    bytes = splice(bytes, other, rng.integer(bytes.length + 1), rng.integer(other.length + 1));
  }
  for (let n = rng.integer(3); n >= 0; n--)
    bytes = pick(DAMAGES, rng)(bytes, rng, Math.max(1, Math.min(headBytes, bytes.length)));
  return bytes;
}

/** The same for text, through its UTF-8 bytes. */
export function mutateText(originals: readonly string[], rng: Rng): string {
  return decodeUtf8Lossy(mutateBytes(originals.map(encodeUtf8), rng));
}

/** Values that stand where something else belongs. */
const STRANGERS: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1.5,
  1e9,
  2 ** 53,
  1e308,
  '',
  'x',
  'toString',
  '__proto__',
  '../../etc',
  '<|im_end|>',
  '\u0000\ud800',
  [],
  [null],
  [['a']],
  [0, -1],
  {},
  { type: 'Sequence' },
  { content: 3 },
  { String: ' ' },
  { Regex: '(?:' },
  { Regex: '(a+)+$' },
];

/** A copy of a JSON value with one node, chosen at random, replaced, taken out, doubled, moved off by a little, or put deep inside itself. */
export function mutateJson(value: unknown, rng: Rng): unknown {
  if (typeof value === 'number' && rng.next() < 0.5) return nudge(value, rng);
  if (typeof value !== 'object' || value === null || rng.next() < 0.15) return pick(STRANGERS, rng);
  const entries = Object.entries(value);
  if (entries.length === 0) return pick(STRANGERS, rng);
  const [key, inner] = pick(entries, rng);
  const chance = rng.next();
  if (chance < 0.02) return nest(value, rng.integer(400));
  const kept =
    chance < 0.1
      ? entries.filter(([other]) => other !== key)
      : chance < 0.15
        ? [...entries, [`${key}~`, inner] as const]
        : entries.map(([other, item]) => [other, other === key ? mutateJson(inner, rng) : item] as const);
  return Array.isArray(value) ? kept.map(([, item]) => item) : Object.fromEntries(kept);
}

/** JSON text of a damaged value; one in four is damaged as text instead: half a file, a key twice, a bracket too many. */
export function mutateJsonText(value: unknown, rng: Rng): string {
  return rng.next() < 0.75 ? JSON.stringify(mutateJson(value, rng)) : mutateText([JSON.stringify(value)], rng);
}

function nudge(value: number, rng: Rng): number {
  return pick([value + 1, value - 1, -value, value * 2, value * 2 ** 32, value + 0.5], rng);
}

function nest(value: unknown, depth: number): unknown {
  let out = value;
  // One place alone holds the rest: two would double it with each level.
  for (let i = 0; i < depth; i++) out = Array.isArray(value) ? [out] : { type: 'Sequence', normalizers: [out] };
  return out;
}

function pick<T>(list: readonly T[], rng: Rng): T {
  const chosen = list[rng.integer(list.length)];
  if (chosen === undefined) throw new Error('nothing to choose from');
  return chosen;
}

function overwrite(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  for (const [i, value] of values.entries()) if (at + i < bytes.length) bytes[at + i] = value;
  return bytes;
}

function littleEndian(value: bigint, length: number): number[] {
  return Array.from({ length }, (_, i) => Number((value >> BigInt(8 * i)) & 255n));
}

/** The front of one file and the back of another. */
function splice(front: Uint8Array, back: Uint8Array, until: number, from: number): Uint8Array {
  const joined = new Uint8Array(until + Math.max(0, back.length - from));
  joined.set(front.subarray(0, until));
  joined.set(back.subarray(Math.min(from, back.length)), until);
  return joined;
}
