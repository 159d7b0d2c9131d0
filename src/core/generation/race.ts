import type { Rng } from '../ports';
import type { LogitsKernel } from './logits-kernel';

/**
 * Sampling as a race (the Gumbel-max trick): every token's score is its logit divided by the temperature plus Gumbel noise of its own, and the
 * best score wins; the winner is distributed as the softmax. The noise hangs on the key and the token alone, so logits that differ in their
 * last bits, as those of one sequence do from batch to batch, give the same token unless two scores nearly tie; and that can be seen.
 */

/** 64 random bits from which the noise of all tokens of one draw follows. */
export interface RaceKey {
  readonly low: number;
  readonly high: number;
}

export interface RaceResult {
  readonly id: number;
  /** How far ahead of the next one; infinite where there is no other. */
  readonly lead: number;
}

const WORD = 2 ** 32;
/** Rounding of bounds in float32, relative to the scores. */
const BOUND_SLACK = 2e-6;

export function drawRaceKey(rng: Rng): RaceKey {
  return { low: rng.integer(WORD), high: rng.integer(WORD) };
}

/** 32 bits for one token: two rounds of multiplication and shifts (after Wellons' lowbias32). */
export function raceBits({ low, high }: RaceKey, id: number): number {
  let x = (Math.imul(id, 0x9e3779b1) ^ low) | 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = (x + high) | 0;
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}

/** Standard Gumbel noise from 32 bits, float64: −ln(−ln(1 − v)), v uniform in (0, 1). */
export function raceNoise(bits: number): number {
  return -Math.log(-Math.log1p(-(bits + 0.5) / WORD));
}

/** At least `raceNoise(bits)`, and little more where it is large: −ln(1 − v) ≥ v, and v is bounded by its exponent. float32. */
export function raceNoiseBound(bits: number): number {
  const upper = bits >>> 8;
  // What the exponent of `upper` as a float32 says; 0 for 0.
  const exponent = upper === 0 ? 0 : 158 - Math.clz32(upper);
  return Math.fround((151 - exponent) * Math.fround(Math.LN2));
}

/**
 * The winner among all tokens, scores in float64.
 * @param logits [V]; −∞ never wins unless all are
 * @param scale  1 / temperature
 */
export function race(logits: Float32Array, scale: number, key: RaceKey, kernel: LogitsKernel): RaceResult {
  const score = (id: number): number => logits[id]! * scale + raceNoise(raceBits(key, id));
  const front = kernel.front(logits, scale, key);
  const floor = score(front);
  // Nobody whose bound is below can win; the lead over those is at least what is taken off here.
  const reach = floor - CERTAIN_LEAD - BOUND_SLACK * (Math.abs(floor) + 110);
  return best(candidates(logits, scale, key, reach, kernel), score);
}

/** The winner among a few. */
export function raceAmong(ids: readonly number[], logits: Float32Array, scale: number, key: RaceKey): RaceResult {
  return best(ids, (id) => logits[id]! * scale + raceNoise(raceBits(key, id)));
}

/** A lead as large as this is never looked at twice; leads are exact below. */
const CERTAIN_LEAD = 0.05;

/** The best and its lead; the smallest id among equals. */
export function best(ids: Iterable<number>, score: (id: number) => number): RaceResult {
  let winner = -1;
  let most = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (const id of ids) {
    const value = score(id);
    if (winner < 0 || value > most || (value === most && id < winner)) {
      second = winner < 0 ? second : most;
      most = value;
      winner = id;
    } else if (value > second) second = value;
  }
  return { id: winner, lead: second === Number.NEGATIVE_INFINITY ? Number.POSITIVE_INFINITY : most - second };
}

function* candidates(
  logits: Float32Array,
  scale: number,
  key: RaceKey,
  reach: number,
  kernel: LogitsKernel,
): Generator<number> {
  for (let id = kernel.reaching(logits, scale, key, reach, 0); id >= 0;) {
    yield id;
    id = kernel.reaching(logits, scale, key, reach, id + 1);
  }
}
