/**
 * Half-width floating point: float16 (IEEE 754 binary16) and bfloat16 to float32 and back.
 * Reading is exact; writing rounds to nearest, ties to even, as PyTorch does.
 */

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

let float16Values: Float32Array | undefined;

/** All 65,536 float16 values by their bits; made at first use (256 KiB). */
export function float16Table(): Float32Array {
  float16Values ??= Float32Array.from({ length: 0x10000 }, (_, bits) => float16Value(bits));
  return float16Values;
}

function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 of one bfloat16. */
export function bfloat16ToFloat(bits: number): number {
  scratchBits[0] = bits << 16;
  return scratchFloat[0]!;
}

/** Bits of the bfloat16 nearest to `value`; NaN stays NaN. */
export function floatToBfloat16(value: number): number {
  scratchFloat[0] = value;
  const bits = scratchBits[0]!;
  if (Number.isNaN(value)) return (bits >>> 16) | 0x40;
  return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
}

/** Bits of the float16 nearest to `value`; beyond 65,504 it becomes infinity. */
export function floatToFloat16(value: number): number {
  scratchFloat[0] = value;
  const bits = scratchBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65,520 is halfway between the largest float16 and 65,536, and ties go to the even one: infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 float16 is a fixed-point number in units of 2^-24.
  if (magnitude < 0x38800000) return sign | roundHalfToEven(Math.abs(scratchFloat[0]!) * 2 ** 24);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

/** How many of `values` are NaN or infinity. */
export function countNonFinite(values: Float32Array): number {
  return values.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
}

/** Index of the first NaN or infinity in `values`, or -1. */
export function findNonFinite(values: Float32Array): number {
  // One pass of additions finds the clean case at memory speed: a sum of x − x is 0 unless something is not finite.
  // Four sums side by side, as each addition waits for the one before it.
  const whole = values.length - (values.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += values[i]! - values[i]!;
    b += values[i + 1]! - values[i + 1]!;
    c += values[i + 2]! - values[i + 2]!;
    d += values[i + 3]! - values[i + 3]!;
  }
  for (let i = whole; i < values.length; i++) a += values[i]! - values[i]!;
  return a + b + c + d === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}
