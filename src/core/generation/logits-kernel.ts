import { raceBits, raceNoiseBound, type RaceKey } from './race';

/** Reductions over rows of logits, the part of sampling that looks at the whole vocabulary. */
export interface LogitsKernel {
  /** Memory in which this kernel is fast. @throws WorkbenchError `out-of-memory` */
  allocate(count: number): Float32Array<ArrayBuffer>;
  /** The largest value; NaN when one is. */
  largest(logits: Float32Array): number;
  /** Σ exp((x − shift) · scale), summed in float64; values of −∞ count nothing. */
  sumExp(logits: Float32Array, shift: number, scale: number): number;
  /** The token whose bound in a race is largest: x · scale + `raceNoiseBound`, float32; some token even where all are −∞. See `race.ts`. */
  front(logits: Float32Array, scale: number, key: RaceKey): number;
  /** The first token from `from` on whose bound is at least `reach`; −1 when there is none. */
  reaching(logits: Float32Array, scale: number, key: RaceKey, reach: number, from: number): number;
}

/** The kernel in plain TypeScript: what faster ones are checked against. */
export const REFERENCE_LOGITS_KERNEL: LogitsKernel = {
  allocate: (count) => new Float32Array(count),
  largest(logits) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < logits.length; i++) {
      const value = logits[i]!;
      if (value > largest) largest = value;
      else if (Number.isNaN(value)) return value;
    }
    return largest;
  },
  sumExp(logits, shift, scale) {
    let sum = 0;
    for (let i = 0; i < logits.length; i++) sum += Math.exp((logits[i]! - shift) * scale);
    return sum;
  },
  front(logits, scale, key) {
    let front = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let id = 0; id < logits.length; id++) {
      const bound = logits[id]! * scale + raceNoiseBound(raceBits(key, id));
      if (bound > most) {
        most = bound;
        front = id;
      }
    }
    return front;
  },
  reaching(logits, scale, key, reach, from) {
    for (let id = from; id < logits.length; id++)
      if (logits[id]! * scale + raceNoiseBound(raceBits(key, id)) >= reach) return id;
    return -1;
  },
};
