import type { Rng } from '../ports';

/**
 * Seeded random stream: xoshiro128** (Blackman and Vigna 2018), seeded through splitmix32.
 * Forks are named, so a stream depends on (seed, labels) alone and never on the order in which others were drawn:
 * that is what lets a resumed run draw the same numbers.
 */
export function createRng(seed: number | string): Rng {
  return new Xoshiro128(stateFromLabel(String(seed)));
}

/** The stream that `save()` described. */
export function restoreRng(state: readonly number[]): Rng {
  const [hasSpare = 0, spare = 0] = state.slice(8, 10);
  return new Xoshiro128(
    Uint32Array.from(state.slice(0, 4)),
    Uint32Array.from(state.slice(4, 8)),
    hasSpare ? spare : Number.NaN,
  );
}

class Xoshiro128 implements Rng {
  readonly #origin: Uint32Array;
  readonly #state: Uint32Array;
  /** Second half of the last Box-Muller pair, NaN when none is kept. */
  #spareNormal: number;

  constructor(origin: Uint32Array, state: Uint32Array = origin.slice(), spareNormal = Number.NaN) {
    this.#origin = origin;
    this.#state = state;
    this.#spareNormal = spareNormal;
  }

  next(): number {
    // 53 random bits, as Math.random has.
    return (this.#bits() >>> 5) * 2 ** -27 + (this.#bits() >>> 6) * 2 ** -53;
  }

  integer(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  normal(): number {
    if (!Number.isNaN(this.#spareNormal)) {
      const spare = this.#spareNormal;
      this.#spareNormal = Number.NaN;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.next()));
    const angle = 2 * Math.PI * this.next();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  fork(label: string): Rng {
    return new Xoshiro128(stateFromLabel(`${this.#origin.join('.')}/${label}`));
  }

  save(): readonly number[] {
    // NaN does not survive JSON, so the spare comes with a flag.
    const hasSpare = !Number.isNaN(this.#spareNormal);
    return [...this.#origin, ...this.#state, hasSpare ? 1 : 0, hasSpare ? this.#spareNormal : 0];
  }

  #bits(): number {
    const s = this.#state;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }
}

/** FNV-1a, 32 bit, over UTF-16 units. */
export function hashLabel(label: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Four words of state from a label: four differently salted hashes, each mixed by the finaliser of splitmix32. */
function stateFromLabel(label: string): Uint32Array {
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    let z = (hashLabel(`${i}:${label}`) + Math.imul(0x9e3779b9, i + 1)) >>> 0;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    state[i] = (z ^ (z >>> 16)) >>> 0;
  }
  return state;
}
