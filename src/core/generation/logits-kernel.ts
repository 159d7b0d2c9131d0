/** Reductions over rows of logits, the part of sampling that looks at the whole vocabulary. */
export interface LogitsKernel {
  /** Memory in which this kernel is fast. @throws WorkbenchError `out-of-memory` */
  allocate(count: number): Float32Array<ArrayBuffer>;
  /** The largest value; NaN when one is. */
  largest(logits: Float32Array): number;
  /** Σ exp((x − shift) · scale), summed in float64; values of −∞ count nothing. */
  sumExp(logits: Float32Array, shift: number, scale: number): number;
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
};
