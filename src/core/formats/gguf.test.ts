import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import { BLOCK_FORMATS, expandBlocks } from './ggml-blocks';
import { parseGguf, type GgufValue } from './gguf';
import { parseSafetensors, readSafetensors } from './safetensors';

const FIXTURES = process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures';
const read = (path: string) => new Uint8Array(readFileSync(join(FIXTURES, 'gguf', path)));
const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(FIXTURES, 'gguf', path), 'utf8')) as T;

/** Builds GGUF bytes by hand. */
class GgufBytes {
  readonly #bytes: number[] = [...new TextEncoder().encode('GGUF')];

  u32(value: number): this {
    this.#bytes.push(...new Uint8Array(Uint32Array.of(value).buffer));
    return this;
  }
  u64(value: number | bigint): this {
    this.#bytes.push(...new Uint8Array(BigUint64Array.of(BigInt(value)).buffer));
    return this;
  }
  string(text: string): this {
    const bytes = new TextEncoder().encode(text);
    this.u64(bytes.length).#bytes.push(...bytes);
    return this;
  }
  /** Zeros up to a multiple of 32, then `dataBytes` more. */
  data(dataBytes: number): this {
    while (this.#bytes.length % 32 !== 0) this.#bytes.push(0);
    for (let i = 0; i < dataBytes; i++) this.#bytes.push(0);
    return this;
  }
  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}
const head = (tensors: number | bigint, entries: number | bigint, version = 3) =>
  new GgufBytes().u32(version).u64(tensors).u64(entries);
const tensor = (
  bytes: GgufBytes,
  name: string,
  dims: readonly (number | bigint)[],
  type: number,
  offset: number | bigint,
) => {
  bytes.string(name).u32(dims.length);
  for (const dim of dims) bytes.u64(dim);
  return bytes.u32(type).u64(offset);
};

function codeOf(bytes: Uint8Array): string {
  try {
    parseGguf(bytes, bytes.length, 'x.gguf');
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : `not a WorkbenchError: ${String(error)}`;
  }
  return 'accepted';
}

describe('expandBlocks', () => {
  const bytes = read('blocks.safetensors');
  const { tensors } = parseSafetensors(bytes, 'blocks');
  const expected = readSafetensors(keepFloats(bytes), 'blocks');
  const golden =
    readJson<Record<string, { type_id: number; block_elements: number; block_bytes: number }>>('blocks.json');

  it.each(Object.entries(golden))('%s as the gguf package does', (name, { type_id, block_elements, block_bytes }) => {
    const format = BLOCK_FORMATS[type_id];
    expect(format).toMatchObject({ name, elements: block_elements, bytes: block_bytes });
    const raw = tensors.find((entry) => entry.name === `${name}.raw`);
    const want = expected.get(`${name}.dequantized`)?.data ?? new Float32Array();
    if (!format || !raw) throw new Error('golden is incomplete');
    const out = new Float32Array(want.length);
    expandBlocks(format, bytes.subarray(raw.begin, raw.end), out);
    // Numpy rounds each product and sum to float32; here a number is rounded once.
    const worst = out.reduce(
      (most, value, i) =>
        Math.max(most, Math.abs(value - (want[i] ?? Number.NaN)) / Math.max(1e-3, Math.abs(want[i] ?? 0))),
      0,
    );
    const exact = ['F16', 'BF16', 'Q8_0', 'Q4_0', 'Q5_0'].includes(name);
    expect(worst).toBeLessThanOrEqual(exact ? 0 : 2e-5);
  });

  it('begins anywhere in the output', () => {
    const format = BLOCK_FORMATS[8];
    if (!format) throw new Error('Q8_0 is missing');
    const block = new Uint8Array(34);
    block.set([0x00, 0x3c, 1, 0xff]); // scale 1, then 1 and -1
    const out = new Float32Array(40);
    expandBlocks(format, block, out, 5);
    expect([...out.subarray(4, 8)]).toEqual([0, 1, -1, 0]);
  });
});

describe('parseGguf', () => {
  const golden =
    readJson<
      Record<
        string,
        { tensors: { name: string; type: string; shape: number[] }[]; metadata: Record<string, GgufValue> }
      >
    >('models.json');

  it.each(Object.keys(golden))('%s: every tensor and key', (file) => {
    const bytes = read(file);
    const header = parseGguf(bytes, bytes.length, file);
    const { tensors, metadata } = golden[file] ?? { tensors: [], metadata: {} };
    expect(
      [...(header?.tensors.values() ?? [])].map(({ name, format, dims }) => ({
        name,
        type: format.name,
        shape: [...dims].reverse(),
      })),
    ).toEqual(tensors.map(({ name, type, shape }) => ({ name, type, shape })));
    for (const [key, value] of Object.entries(metadata)) expect(header?.metadata.get(key)).toEqual(value);
  });

  it('asks for more where the head goes on, and never for more than the file', () => {
    const bytes = read('tiny-llama.f32.gguf');
    const { dataBegin } = parseGguf(bytes, bytes.length, 'x') ?? { dataBegin: 0 };
    for (const part of [4, 24, 100, 1000, dataBegin - 100])
      expect(parseGguf(bytes.subarray(0, part), bytes.length, 'x')).toBeNull();
    for (const part of [4, 24, 100, 1000, dataBegin - 100, bytes.length - 1])
      expect(codeOf(bytes.subarray(0, part))).toBe('gguf-truncated');
  });

  it.each([
    ['another file', new TextEncoder().encode('{"a": 1, "b": 2, "c": 3, "d": 4}'), 'gguf-header'],
    ['version 1', head(0, 0, 1).done(), 'gguf-version'],
    ['big-endian files', head(0, 0, 0x03000000).done(), 'gguf-version'],
    ['more tensors than the file can hold', head(2 ** 40, 0).done(), 'gguf-truncated'],
    ['lengths beyond 2^53', head(2n ** 63n, 0).done(), 'gguf-header'],
    [
      'strings longer than the file',
      head(0, 1)
        .u64(2 ** 40)
        .data(64)
        .done(),
      'gguf-truncated',
    ],
    [
      'lists longer than the file',
      head(0, 1)
        .string('k')
        .u32(9)
        .u32(0)
        .u64(2 ** 40)
        .data(64)
        .done(),
      'gguf-truncated',
    ],
    ['unknown value types', head(0, 1).string('k').u32(99).data(64).done(), 'gguf-header'],
    [
      'keys that occur twice',
      head(0, 2).string('k').u32(4).u32(1).string('k').u32(4).u32(1).data(64).done(),
      'gguf-header',
    ],
    [
      'lists of lists of lists of lists of lists',
      head(0, 1)
        .string('k')
        .u32(9)
        .u32(9)
        .u64(1)
        .u32(9)
        .u64(1)
        .u32(9)
        .u64(1)
        .u32(9)
        .u64(1)
        .u32(9)
        .u64(1)
        .data(64)
        .done(),
      'gguf-header',
    ],
    ['an alignment of zero', head(0, 1).string('general.alignment').u32(4).u32(0).data(64).done(), 'gguf-header'],
    ['unknown tensor types', tensor(head(1, 0), 't', [32], 99, 0).data(128).done(), 'gguf-type'],
    ['too many dimensions', tensor(head(1, 0), 't', [1, 1, 1, 1, 1], 0, 0).data(128).done(), 'gguf-tensor'],
    ['rows that are no whole blocks', tensor(head(1, 0), 't', [33], 8, 0).data(128).done(), 'gguf-tensor'],
    [
      'shapes that overflow',
      tensor(head(1, 0), 't', [2n ** 40n, 2n ** 40n], 0, 0)
        .data(128)
        .done(),
      'gguf-tensor',
    ],
    ['tensors beyond the end', tensor(head(1, 0), 't', [32], 0, 64).data(128).done(), 'gguf-truncated'],
    [
      'tensors that overlap',
      tensor(tensor(head(2, 0), 'a', [32], 0, 0), 'b', [32], 0, 64)
        .data(256)
        .done(),
      'gguf-tensor',
    ],
    [
      'tensors that occur twice',
      tensor(tensor(head(2, 0), 'a', [32], 0, 0), 'a', [32], 0, 128)
        .data(256)
        .done(),
      'gguf-tensor',
    ],
  ])('refuses %s', (_, bytes, code) => expect(codeOf(bytes)).toBe(code));

  it('accepts the smallest file with a tensor', () => {
    const bytes = tensor(head(1, 0), 't', [4, 2], 0, 0).data(32).done();
    expect(parseGguf(bytes, bytes.length, 'x')?.tensors.get('t')).toMatchObject({
      dims: [2, 4],
      begin: bytes.length - 32,
      end: bytes.length,
    });
  });
});

/** The file without its U8 tensors, which `readSafetensors` does not read. */
function keepFloats(bytes: Uint8Array): Uint8Array {
  const kept = parseSafetensors(bytes, 'blocks').tensors.filter(({ dtype }) => dtype === 'F32');
  let at = 0;
  const entries = kept.map(({ name, dtype, dims, begin, end }) => {
    const offsets = [at, (at += end - begin)];
    return [name, { dtype, shape: dims, data_offsets: offsets }] as const;
  });
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const out = new Uint8Array(8 + json.length + at);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  let to = 8 + json.length;
  for (const { begin, end } of kept) {
    out.set(bytes.subarray(begin, end), to);
    to += end - begin;
  }
  return out;
}
