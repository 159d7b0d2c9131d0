import { bfloat16ToFloat, float16Table } from './number-formats';

/**
 * The block formats of GGML: how many numbers share a block, how many bytes it takes, and how it becomes float32.
 * Layouts after ggml-quants.c; sums and products are rounded once, on writing.
 */
export interface BlockFormat {
  readonly name: string;
  /** Numbers in a block; rows are whole blocks. */
  readonly elements: number;
  readonly bytes: number;
  /** Expands the block at `bytes[from]` into `elements` numbers at `out[at]`. */
  readonly expand: (bytes: Uint8Array, from: number, out: Float32Array, at: number) => void;
}

const half = (bytes: Uint8Array, at: number): number => float16Table()[bytes[at]! | (bytes[at + 1]! << 8)]!;
const signed = (byte: number): number => (byte << 24) >> 24;

const F32: BlockFormat['expand'] = (bytes, from, out, at) => {
  out[at] = new DataView(bytes.buffer, bytes.byteOffset + from, 4).getFloat32(0, true);
};

const F64: BlockFormat['expand'] = (bytes, from, out, at) => {
  out[at] = new DataView(bytes.buffer, bytes.byteOffset + from, 8).getFloat64(0, true);
};

const F16: BlockFormat['expand'] = (bytes, from, out, at) => {
  out[at] = half(bytes, from);
};

const BF16: BlockFormat['expand'] = (bytes, from, out, at) => {
  out[at] = bfloat16ToFloat(bytes[from]! | (bytes[from + 1]! << 8));
};

/** d · (q − 8), 4 bits: low halves of the 16 bytes first, then the high ones. */
const Q4_0: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  for (let i = 0; i < 16; i++) {
    const q = bytes[from + 2 + i]!;
    out[at + i] = d * ((q & 15) - 8);
    out[at + i + 16] = d * ((q >> 4) - 8);
  }
};

/** d · q + m, 4 bits. */
const Q4_1: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  const m = half(bytes, from + 2);
  for (let i = 0; i < 16; i++) {
    const q = bytes[from + 4 + i]!;
    out[at + i] = d * (q & 15) + m;
    out[at + i + 16] = d * (q >> 4) + m;
  }
};

/** Bit `i` of the 32 fifth bits that stand before the 16 bytes of low bits, as 16 or 0. */
const fifthBit = (bytes: Uint8Array, from: number, i: number): number =>
  ((bytes[from + (i >> 3)]! >> (i & 7)) & 1) << 4;

/** d · (q − 16), 5 bits. */
const Q5_0: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  for (let i = 0; i < 16; i++) {
    const q = bytes[from + 6 + i]!;
    out[at + i] = d * (((q & 15) | fifthBit(bytes, from + 2, i)) - 16);
    out[at + i + 16] = d * (((q >> 4) | fifthBit(bytes, from + 2, i + 16)) - 16);
  }
};

/** d · q + m, 5 bits. */
const Q5_1: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  const m = half(bytes, from + 2);
  for (let i = 0; i < 16; i++) {
    const q = bytes[from + 8 + i]!;
    out[at + i] = d * ((q & 15) | fifthBit(bytes, from + 4, i)) + m;
    out[at + i + 16] = d * ((q >> 4) | fifthBit(bytes, from + 4, i + 16)) + m;
  }
};

/** d · q, 8 bits with sign. */
const Q8_0: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  for (let i = 0; i < 32; i++) out[at + i] = d * signed(bytes[from + 2 + i]!);
};

/** 2 bits; 16 groups of 16, each with a 4-bit scale and a 4-bit minimum. */
const Q2_K: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from + 80);
  const min = half(bytes, from + 82);
  for (let group = 0; group < 16; group++) {
    const scale = bytes[from + group]!;
    const shift = ((group >> 1) & 3) * 2;
    const quants = from + 16 + (group >> 3) * 32 + (group & 1) * 16;
    for (let i = 0; i < 16; i++)
      out[at + group * 16 + i] = d * (scale & 15) * ((bytes[quants + i]! >> shift) & 3) - min * (scale >> 4);
  }
};

/** 3 bits, the third apart; 16 groups of 16, each with a 6-bit scale less 32. */
const Q3_K: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from + 108);
  const scales = from + 96;
  for (let group = 0; group < 16; group++) {
    const low = group < 8 ? bytes[scales + group]! & 15 : bytes[scales + group - 8]! >> 4;
    const high = (bytes[scales + 8 + (group & 3)]! >> (2 * (group >> 2))) & 3;
    const scale = d * ((low | (high << 4)) - 32);
    const shift = ((group >> 1) & 3) * 2;
    const quants = from + 32 + (group >> 3) * 32 + (group & 1) * 16;
    const mask = from + (group & 1) * 16;
    const bit = group >> 1;
    for (let i = 0; i < 16; i++) {
      const q = ((bytes[quants + i]! >> shift) & 3) - ((bytes[mask + i]! >> bit) & 1 ? 0 : 4);
      out[at + group * 16 + i] = scale * q;
    }
  }
};

/** Scale and minimum, 6 bits each, of group `j` of 8, packed into 12 bytes. */
function scaleAndMin(bytes: Uint8Array, from: number, j: number): readonly [number, number] {
  const byte = (i: number): number => bytes[from + i]!;
  if (j < 4) return [byte(j) & 63, byte(j + 4) & 63];
  return [(byte(j + 4) & 15) | ((byte(j - 4) >> 6) << 4), (byte(j + 4) >> 4) | ((byte(j) >> 6) << 4)];
}

/** 4 bits; 8 groups of 32, each with a scale and a minimum. */
const Q4_K: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  const min = half(bytes, from + 2);
  for (let group = 0; group < 8; group++) {
    const [scale, offset] = scaleAndMin(bytes, from + 4, group);
    const quants = from + 16 + (group >> 1) * 32;
    const shift = (group & 1) * 4;
    for (let i = 0; i < 32; i++)
      out[at + group * 32 + i] = d * scale * ((bytes[quants + i]! >> shift) & 15) - min * offset;
  }
};

/** As Q4_K with a fifth bit apart. */
const Q5_K: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  const min = half(bytes, from + 2);
  for (let group = 0; group < 8; group++) {
    const [scale, offset] = scaleAndMin(bytes, from + 4, group);
    const quants = from + 48 + (group >> 1) * 32;
    const shift = (group & 1) * 4;
    for (let i = 0; i < 32; i++) {
      const q = ((bytes[quants + i]! >> shift) & 15) | (((bytes[from + 16 + i]! >> group) & 1) << 4);
      out[at + group * 32 + i] = d * scale * q - min * offset;
    }
  }
};

/** 6 bits less 32; 16 groups of 16, each with a signed 8-bit scale. */
const Q6_K: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from + 208);
  for (let i = 0; i < 256; i++) {
    const part = i >> 7;
    const quarter = (i >> 5) & 3;
    const low = bytes[from + part * 64 + (quarter & 1) * 32 + (i & 31)]! >> ((quarter >> 1) * 4);
    const high = bytes[from + 128 + part * 32 + (i & 31)]! >> (quarter * 2);
    const q = ((low & 15) | ((high & 3) << 4)) - 32;
    out[at + i] = d * signed(bytes[from + 192 + (i >> 4)]!) * q;
  }
};

/** The 16 levels of the IQ4 formats. */
const IQ4_LEVELS = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113] as const;

const IQ4_NL: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  for (let i = 0; i < 16; i++) {
    const q = bytes[from + 2 + i]!;
    out[at + i] = d * IQ4_LEVELS[q & 15]!;
    out[at + i + 16] = d * IQ4_LEVELS[q >> 4]!;
  }
};

const IQ4_XS: BlockFormat['expand'] = (bytes, from, out, at) => {
  const d = half(bytes, from);
  const highScales = bytes[from + 2]! | (bytes[from + 3]! << 8);
  for (let group = 0; group < 8; group++) {
    const low = (bytes[from + 4 + (group >> 1)]! >> ((group & 1) * 4)) & 15;
    const scale = d * ((low | (((highScales >> (2 * group)) & 3) << 4)) - 32);
    for (let i = 0; i < 16; i++) {
      const q = bytes[from + 8 + group * 16 + i]!;
      out[at + group * 32 + i] = scale * IQ4_LEVELS[q & 15]!;
      out[at + group * 32 + i + 16] = scale * IQ4_LEVELS[q >> 4]!;
    }
  }
};

/** By GGML's number of the type. */
export const BLOCK_FORMATS: Readonly<Record<number, BlockFormat>> = {
  0: { name: 'F32', elements: 1, bytes: 4, expand: F32 },
  1: { name: 'F16', elements: 1, bytes: 2, expand: F16 },
  2: { name: 'Q4_0', elements: 32, bytes: 18, expand: Q4_0 },
  3: { name: 'Q4_1', elements: 32, bytes: 20, expand: Q4_1 },
  6: { name: 'Q5_0', elements: 32, bytes: 22, expand: Q5_0 },
  7: { name: 'Q5_1', elements: 32, bytes: 24, expand: Q5_1 },
  8: { name: 'Q8_0', elements: 32, bytes: 34, expand: Q8_0 },
  10: { name: 'Q2_K', elements: 256, bytes: 84, expand: Q2_K },
  11: { name: 'Q3_K', elements: 256, bytes: 110, expand: Q3_K },
  12: { name: 'Q4_K', elements: 256, bytes: 144, expand: Q4_K },
  13: { name: 'Q5_K', elements: 256, bytes: 176, expand: Q5_K },
  14: { name: 'Q6_K', elements: 256, bytes: 210, expand: Q6_K },
  20: { name: 'IQ4_NL', elements: 32, bytes: 18, expand: IQ4_NL },
  23: { name: 'IQ4_XS', elements: 256, bytes: 136, expand: IQ4_XS },
  28: { name: 'F64', elements: 1, bytes: 8, expand: F64 },
  30: { name: 'BF16', elements: 1, bytes: 2, expand: BF16 },
};

/** Expands whole blocks from `bytes` into `out` starting at element `at`. */
export function expandBlocks(format: BlockFormat, bytes: Uint8Array, out: Float32Array, at = 0): void {
  if (format.name === 'F32') {
    new Uint8Array(out.buffer, out.byteOffset + at * 4, bytes.length).set(bytes);
    return;
  }
  const blocks = Math.floor(bytes.length / format.bytes);
  for (let i = 0; i < blocks; i++) format.expand(bytes, i * format.bytes, out, at + i * format.elements);
}
