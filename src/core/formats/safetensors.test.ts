import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import {
  buildSafetensorsHeader,
  decodeFloats,
  encodeFloats,
  parseSafetensors,
  readSafetensors,
  writeSafetensors,
} from './safetensors';
import { encodeUtf8 } from './utf8';

/** A file from a JSON header and a number of data bytes. */
function fileOf(header: unknown, dataBytes: number): Uint8Array {
  const json = encodeUtf8(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

/** The beginning of a file whose header is said to be so long. */
function prefixOf(headerBytes: number): Uint8Array {
  const bytes = new Uint8Array(64).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  return bytes;
}

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : `not a WorkbenchError: ${String(error)}`;
  }
  return 'accepted';
}

describe('parseSafetensors', () => {
  const f32 = (begin: number, end: number, shape = [2]) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });
  it.each([
    ['a file shorter than its prefix', new Uint8Array(5), 'safetensors-truncated'],
    ['an empty file', new Uint8Array(0), 'safetensors-truncated'],
    ['a header that does not fit', fileOf({ a: f32(0, 8) }, 8).subarray(0, 20), 'safetensors-truncated'],
    ['a length field of nonsense', new Uint8Array(16).fill(0xff), 'safetensors-header'],
    ['data cut short', fileOf({ a: f32(0, 8) }, 7), 'safetensors-truncated'],
    ['bytes after the last tensor', fileOf({ a: f32(0, 8) }, 9), 'safetensors-header'],
    [
      'a name that is listed twice',
      fileOf(
        '{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}',
        0,
      ),
      'safetensors-repeated',
    ],
    ['text after its JSON', fileOf('{} x', 0), 'safetensors-header'],
    ['blanks before its JSON', fileOf(' {}', 0), 'safetensors-header'],
    ['a header that claims 100 MB and has them not', prefixOf(100_000_000), 'safetensors-truncated'],
    ['a header that claims more than 100 MB', prefixOf(100_000_001), 'safetensors-header'],
    ['offsets of no whole number', fileOf({ a: f32(0, 7.5) }, 8), 'safetensors-tensor'],
    ['one offset', fileOf({ a: { dtype: 'F32', shape: [2], data_offsets: [0] } }, 8), 'safetensors-tensor'],
    ['an end beyond the file', fileOf({ a: f32(0, 8), b: f32(8, 8e9, [2e9 - 2]) }, 16), 'safetensors-truncated'],
    ['bad JSON', fileOf('{"a": ', 0), 'safetensors-header'],
    ['JSON that is no object', fileOf('[]', 0), 'safetensors-header'],
    ['metadata that is no text', fileOf({ __metadata__: { a: 1 } }, 0), 'safetensors-header'],
    ['overlapping tensors', fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12), 'safetensors-overlap'],
    ['a gap between tensors', fileOf({ a: f32(0, 8), b: f32(12, 20) }, 20), 'safetensors-overlap'],
    ['negative offsets', fileOf({ a: f32(-8, 0) }, 8), 'safetensors-tensor'],
    ['an end before the begin', fileOf({ a: f32(8, 0) }, 8), 'safetensors-tensor'],
    ['a negative dimension', fileOf({ a: f32(0, 8, [-2]) }, 8), 'safetensors-tensor'],
    ['a size that does not fit the shape', fileOf({ a: f32(0, 8, [3]) }, 8), 'safetensors-tensor'],
    ['a shape that overflows', fileOf({ a: f32(0, 8, [2 ** 40, 2 ** 40]) }, 8), 'safetensors-tensor'],
    ['an unknown dtype', fileOf({ a: { dtype: 'Q4', shape: [2], data_offsets: [0, 8] } }, 8), 'safetensors-dtype'],
    [
      'a dtype from the prototype',
      fileOf({ a: { dtype: 'toString', shape: [2], data_offsets: [0, 8] } }, 8),
      'safetensors-dtype',
    ],
    ['an entry that is no object', fileOf({ a: 3 }, 0), 'safetensors-tensor'],
  ])('refuses %s', (_, bytes, code) => {
    expect(codeOf(() => parseSafetensors(bytes, 'x.safetensors'))).toBe(code);
  });

  it('reads tensors without elements, and a header of many megabytes', () => {
    const empty = { dtype: 'F32', shape: [3, 0], data_offsets: [0, 0] };
    expect(parseSafetensors(fileOf({ a: empty, b: { ...empty, shape: [0] } }, 0), 'x').tensors.length).toBe(2);
    const long = fileOf(`${JSON.stringify({ a: f32(0, 8) })}${' '.repeat(20_000_000)}`, 8);
    expect(parseSafetensors(long, 'x').tensors.map(({ name }) => name)).toEqual(['a']);
  });

  it('names file, tensor, expected and actual bytes', () => {
    expect(() => parseSafetensors(fileOf({ 'h.0.weight': f32(0, 8) }, 7), 'model.safetensors')).toThrow(
      /model\.safetensors is cut short: .*"h\.0\.weight", found \d+ bytes/,
    );
    expect(() => parseSafetensors(fileOf({ 'h.0.weight': f32(0, 8, [3]) }, 8), 'm')).toThrow(
      'm: tensor "h.0.weight": [3] of F32 takes 12 bytes, but data_offsets give 8.',
    );
  });
});

describe('reading numbers', () => {
  it('rounds float64 to the nearest float32', () => {
    const out = new Float32Array(2);
    decodeFloats('F64', new Uint8Array(Float64Array.of(0.1, -1e300).buffer), out);
    expect([...out]).toEqual([Math.fround(0.1), -Infinity]);
  });

  it('reads float16 bits exactly and pieces at any alignment', () => {
    // Half-precision values by their bits: 1, -2, smallest subnormal 2^-24, largest 65504, inf.
    const bits = new Uint16Array([0x3c00, 0xc000, 0x0001, 0x7bff, 0x7c00]);
    const shifted = new Uint8Array(11);
    shifted.set(new Uint8Array(bits.buffer), 1);
    const out = new Float32Array(6);
    decodeFloats('F16', shifted.subarray(1), out, 1);
    expect([...out]).toEqual([0, 1, -2, 2 ** -24, 65504, Infinity]);
  });

  it('reads the same whether in one piece or several', () => {
    const values = Float32Array.from({ length: 10 }, (_, i) => Math.sin(i));
    for (const dtype of ['F32', 'F16', 'BF16'] as const) {
      const bytes = encodeFloats(dtype, values);
      const [whole, pieces] = [new Float32Array(10), new Float32Array(10)];
      decodeFloats(dtype, bytes, whole);
      const cut = (bytes.length / 10) * 3;
      decodeFloats(dtype, bytes.subarray(0, cut), pieces);
      decodeFloats(dtype, bytes.subarray(cut), pieces, 3);
      expect(pieces).toEqual(whole);
    }
  });

  it('rounds to the nearest half-width number, ties to even', () => {
    fc.assert(
      fc.property(fc.float({ noNaN: true, noDefaultInfinity: true }), (value) => {
        for (const dtype of ['F16', 'BF16'] as const) {
          const encoded = encodeFloats(dtype, Float32Array.of(value));
          const bits = encoded[0]! | (encoded[1]! << 8);
          const decode = (half: number) => {
            const out = new Float32Array(1);
            decodeFloats(dtype, new Uint8Array(Uint16Array.of(half).buffer), out);
            return out[0]!;
          };
          const error = Math.abs(decode(bits) - value);
          // The neighbours in bit order are the neighbours in value, zero and the top apart.
          for (const near of [bits - 1, bits + 1]) {
            const other = decode(near & 0xffff);
            if ((near & 0x7fff) === 0x7fff || near < 0 || !Number.isFinite(other) || !Number.isFinite(error)) continue;
            expect(Math.abs(other - value)).toBeGreaterThanOrEqual(error);
            if (Math.abs(other - value) === error && other !== decode(bits)) expect(bits % 2).toBe(0);
          }
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('keeps infinity and NaN and overflows to infinity', () => {
    for (const dtype of ['F16', 'BF16'] as const) {
      const out = new Float32Array(4);
      decodeFloats(dtype, encodeFloats(dtype, Float32Array.of(Infinity, -Infinity, Number.NaN, -0)), out);
      expect([...out]).toEqual([Infinity, -Infinity, Number.NaN, -0]);
    }
    const out = new Float32Array(2);
    decodeFloats('F16', encodeFloats('F16', Float32Array.of(65519, 65520)), out);
    expect([...out]).toEqual([65504, Infinity]);
  });
});

describe('writeSafetensors', () => {
  it('is read back as it was, whatever the names and shapes', () => {
    const tensor = fc.record({
      name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__' && name !== '__proto__'),
      dims: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 }), (tensors) => {
        const filled = tensors.map(({ name, dims }) => ({
          name,
          dims,
          data: Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => i / 3),
        }));
        const back = readSafetensors(writeSafetensors(filled), 'x');
        expect(back.size).toBe(filled.length);
        for (const { name, dims, data } of filled) expect(back.get(name)).toEqual({ dims, data });
      }),
    );
  });

  it('gives halves the nearest value, ties to even, and keeps every other number of the file', () => {
    const tensor = fc.record({
      name: fc.string({ minLength: 1, unit: 'binary' }).filter((name) => name !== '__metadata__'),
      data: fc.float32Array({ maxLength: 40 }),
    });
    const shapes = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 });
    const written = { F32: 1, F16: 2 ** -11, BF16: 2 ** -8 };
    fc.assert(
      fc.property(shapes, fc.constantFrom('F32', 'F16', 'BF16'), (tensors, dtype) => {
        const bytes = writeSafetensors(
          tensors.map(({ name, data }) => ({ name, dims: [data.length], data })),
          { dtype },
        );
        const header = parseSafetensors(bytes, 'x');
        expect(header.dataBegin % 8).toBe(0);
        expect(header.tensors.every((entry) => entry.dtype === dtype)).toBe(true);
        const back = readSafetensors(bytes, 'x');
        expect([...back.keys()].sort()).toEqual(tensors.map(({ name }) => name).sort());
        for (const { name, data } of tensors) {
          data.forEach((value, i) => {
            const read = back.get(name)?.data[i] ?? 0;
            if (dtype === 'F32' || !Number.isFinite(value)) expect(read).toBe(value);
            // Half a step below the largest half rounds to it, at or above it to infinity.
            else if (dtype === 'F16' && Math.abs(value) >= 65_520) expect(Math.abs(read)).toBe(Infinity);
            else if (Number.isFinite(read))
              expect(Math.abs(read - value)).toBeLessThanOrEqual(
                Math.max(Math.abs(value) * written[dtype], dtype === 'F16' ? 2 ** -25 : 2 ** -134),
              );
            // Written again, what was read stays as it is.
            const again = new Float32Array(1);
            decodeFloats(dtype, encodeFloats(dtype, Float32Array.of(read)), again);
            expect(again[0]).toBe(read);
          });
        }
      }),
    );
  });

  it('begins the data on a multiple of eight', () => {
    expect(buildSafetensorsHeader([{ name: 'a', dtype: 'F32', dims: [1] }]).length % 8).toBe(0);
  });
});
