import { adamwFactors, type AdamWUpdate } from './adamw';

/** Elements that share a scale. */
export const MOMENT_BLOCK = 256;

/** Largest codes: a first moment is sign·(code / 127)²·scale, a second one (code / 255)⁴·scale. */
export const FIRST_CODES = 127;
export const SECOND_CODES = 255;

/** Below these a block's moments count as zero; their inverses would not fit float32. */
const LEAST_FIRST = 1e-35;
const LEAST_SECOND = 1e-35;

/**
 * A run of parameters whose moments are kept as one byte each; equal lengths, a multiple of 4. Scales: one for each block of
 * `MOMENT_BLOCK` elements of each row, the largest magnitude of the block.
 */
export interface QuantisedSlot {
  readonly weight: Float32Array;
  readonly gradient: Float32Array;
  readonly firstMoment: Int8Array;
  readonly secondMoment: Uint8Array;
  readonly firstScales: Float32Array;
  readonly secondScales: Float32Array;
}

export interface QuantisedUpdate extends AdamWUpdate {
  /** Elements of a row; blocks end with their row. A multiple of 4. */
  readonly rowLength: number;
  /** Of the dither; row r of the slot takes `seed + r`. */
  readonly seed: number;
}

/** Scales of a row. */
export function blocksOf(rowLength: number): number {
  return Math.ceil(rowLength / MOMENT_BLOCK);
}

/** Start of the four dither streams of a row: see `dither`. */
const LANES = [0x9e3779b9, 0x7f4a7c15, 0xf39cc060, 0x106aa070] as const;

/**
 * AdamW with moments of one byte: each is read, moved and applied in float32, and rounded for keeping alone.
 *
 * The maps are roots, so that small values survive beside the largest of their block: the square root for the first moment (down to
 * 6e-5 of the largest), the fourth root for the second (2e-10), which never becomes 0 while its block is not, so no step is divided by
 * eps alone. Rounding is dithered: a moving average whose change is below half a step of the map would otherwise never move.
 * Written in float32 throughout: the WebAssembly kernel gives the same bits.
 * @see Dettmers et al. 2022, arXiv:2110.02861, for states by blocks; the maps and the dither are ours
 */
export function updateQuantised(slot: QuantisedSlot, { rowLength, seed, ...update }: QuantisedUpdate): void {
  const rows = slot.weight.length / rowLength;
  const factors = roundFactors(update);
  for (let row = 0; row < rows; row++) updateRow(slot, row, rowLength, seed + row, factors);
}

interface Float32Factors {
  readonly scale: number;
  readonly beta1: number;
  readonly rest1: number;
  readonly beta2: number;
  readonly rest2: number;
  readonly decay: number;
  readonly step: number;
  readonly root: number;
  readonly eps: number;
}

const f = Math.fround;

function roundFactors(update: AdamWUpdate): Float32Factors {
  const { decay, stepSize, inverseRootCorrection } = adamwFactors(update);
  return {
    scale: f(update.gradientScale),
    beta1: f(update.beta1),
    rest1: f(1 - update.beta1),
    beta2: f(update.beta2),
    rest2: f(1 - update.beta2),
    decay: f(decay),
    step: f(stepSize),
    root: f(inverseRootCorrection),
    eps: f(update.eps),
  };
}

function updateRow(slot: QuantisedSlot, row: number, rowLength: number, seed: number, factors: Float32Factors): void {
  const { weight, gradient, firstMoment, secondMoment, firstScales, secondScales } = slot;
  const { scale, beta1, rest1, beta2, rest2, decay, step, root, eps } = factors;
  const draw = dither(seed);
  const blocks = blocksOf(rowLength);
  for (let block = 0; block < blocks; block++) {
    const from = row * rowLength + block * MOMENT_BLOCK;
    const to = Math.min(from + MOMENT_BLOCK, (row + 1) * rowLength);
    const at = row * blocks + block;
    const [firstUnit, secondUnit] = [
      f(firstScales[at]! * f(1 / FIRST_CODES ** 2)),
      f(secondScales[at]! * f(1 / SECOND_CODES ** 4)),
    ];
    const firstOf = (index: number) => {
      const code = firstMoment[index]!;
      const before = f(f(code * Math.abs(code)) * firstUnit);
      return f(f(before * beta1) + f(f(gradient[index]! * scale) * rest1));
    };
    const secondOf = (index: number) => {
      const square = f(secondMoment[index]! * secondMoment[index]!);
      const before = f(f(square * square) * secondUnit);
      const g = f(gradient[index]! * scale);
      return f(f(before * beta2) + f(f(g * g) * rest2));
    };
    let [firstMost, secondMost] = [0, 0];
    for (let index = from; index < to; index++) {
      firstMost = Math.max(firstMost, Math.abs(firstOf(index)));
      secondMost = Math.max(secondMost, secondOf(index));
    }
    const firstInverse = firstMost < f(LEAST_FIRST) ? 0 : f(1 / firstMost);
    const secondInverse = secondMost < f(LEAST_SECOND) ? 0 : f(1 / secondMost);
    for (let index = from; index < to; index++) {
      const [m, v, bits] = [firstOf(index), secondOf(index), draw(index - from)];
      const change = f(f(m * step) / f(f(f(Math.sqrt(v)) * root) + eps));
      weight[index] = f(f(weight[index]! * decay) - change);
      const first = f(f(Math.sqrt(f(Math.abs(m) * firstInverse))) * FIRST_CODES);
      const second = f(f(Math.sqrt(f(Math.sqrt(f(v * secondInverse))))) * SECOND_CODES);
      const code = Math.floor(Math.min(f(first + f((bits >>> 16) * 2 ** -16)), FIRST_CODES + 0.5));
      firstMoment[index] = m < 0 ? -code : code;
      secondMoment[index] = Math.min(SECOND_CODES, Math.max(1, Math.floor(f(second + f((bits & 0xffff) * 2 ** -16)))));
    }
    firstScales[at] = firstInverse === 0 ? 0 : firstMost;
    secondScales[at] = secondInverse === 0 ? 0 : secondMost;
  }
}

/** Four interleaved xorshift32 streams (Marsaglia 2003), one for each SIMD lane; call with 0, 1, 2 … within each block. */
function dither(seed: number): (index: number) => number {
  const states = LANES.map((lane) => {
    const mixed = Math.imul(seed ^ lane, 0x85ebca6b);
    return (mixed ^ (mixed >>> 13)) | 1;
  });
  return (index) => {
    const lane = index % 4;
    let x = states[lane]!;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    states[lane] = x;
    return x;
  };
}
