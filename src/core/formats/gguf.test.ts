import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import { BLOCK_FORMATS, expandBlocks } from './ggml-blocks';
import { parseGguf } from './gguf';
import { buildGguf, ggufHead, type GgufBytes } from './testing/gguf-bytes';
import { encodeUtf8 } from './utf8';

function codeOf(bytes: Uint8Array): string {
  try {
    parseGguf(bytes, bytes.length, 'x.gguf');
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : `not a WorkbenchError: ${String(error)}`;
  }
  return 'accepted';
}

/** A list of one list of one list …, `depth` deep, under the key "k". */
function nest(depth: number): Uint8Array {
  let bytes: GgufBytes = ggufHead(0, 1).string('k').u32(9);
  for (let i = 1; i < depth; i++) bytes = bytes.u32(9).u64(1);
  return bytes.u32(4).u64(1).u32(7).data(64).done();
}

const sound = buildGguf(
  [
    ['general.architecture', 'llama'],
    ['half', 0.5],
    ['yes', true],
    ['words', ['a', 'bc', 'é']],
    ['numbers', [1, -2, 0.25]],
  ],
  [
    { name: 'a', dims: [2, 4], data: Float32Array.from({ length: 8 }, (_, i) => i) },
    { name: 'b', dims: [3], data: Float32Array.of(7, 8, 9) },
  ],
);

describe('parseGguf', () => {
  it('reads metadata of every shape and turns dimensions round', () => {
    const header = parseGguf(sound, sound.length, 'x');
    expect(Object.fromEntries(header?.metadata ?? [])).toEqual({
      'general.architecture': 'llama',
      half: 0.5,
      yes: true,
      words: ['a', 'bc', 'é'],
      numbers: [1, -2, 0.25],
    });
    expect([...(header?.tensors.values() ?? [])].map(({ name, dims }) => [name, dims])).toEqual([
      ['a', [2, 4]],
      ['b', [3]],
    ]);
    const out = new Float32Array(3);
    const b = header?.tensors.get('b');
    if (b) expandBlocks(b.format, sound.subarray(b.begin, b.end), out);
    expect([...out]).toEqual([7, 8, 9]);
  });

  it('asks for more where the head goes on, and calls the same bytes cut short when that is all there is', () => {
    const { dataBegin } = parseGguf(sound, sound.length, 'x') ?? { dataBegin: 0 };
    for (let part = 0; part < dataBegin - 32; part++) {
      expect([part, parseGguf(sound.subarray(0, part), sound.length, 'x')]).toEqual([part, null]);
      expect([part, codeOf(sound.subarray(0, part))]).toEqual([part, 'gguf-truncated']);
    }
    expect(codeOf(sound.subarray(0, -32))).toBe('gguf-truncated');
  });

  it.each([
    ['another file', encodeUtf8('{"a": 1, "b": 2, "c": 3, "d": 4}'), 'gguf-header'],
    ['version 1', ggufHead(0, 0, 1).done(), 'gguf-version'],
    ['big-endian files', ggufHead(0, 0, 0x03000000).done(), 'gguf-version'],
    ['more tensors than the file can hold', ggufHead(2 ** 40, 0).done(), 'gguf-truncated'],
    ['lengths beyond 2^53', ggufHead(2n ** 63n, 0).done(), 'gguf-header'],
    [
      'strings longer than the file',
      ggufHead(0, 1)
        .u64(2 ** 40)
        .data(64)
        .done(),
      'gguf-truncated',
    ],
    [
      'lists longer than the file',
      ggufHead(0, 1)
        .string('k')
        .u32(9)
        .u32(0)
        .u64(2 ** 40)
        .data(64)
        .done(),
      'gguf-truncated',
    ],
    ['unknown value types', ggufHead(0, 1).string('k').u32(99).data(64).done(), 'gguf-header'],
    ['lists of unknown types', ggufHead(0, 1).string('k').u32(9).u32(99).u64(1).data(64).done(), 'gguf-header'],
    ['keys that occur twice', ggufHead(0, 2).entry(['k', 1]).entry(['k', 1]).data(64).done(), 'gguf-header'],
    ['lists nested without end', nest(6), 'gguf-header'],
    ['an alignment of zero', ggufHead(0, 1).entry(['general.alignment', 0]).data(64).done(), 'gguf-header'],
    ['unknown tensor types', ggufHead(1, 0).tensor('t', [32], 99, 0).data(128).done(), 'gguf-type'],
    ['too many dimensions', ggufHead(1, 0).tensor('t', [1, 1, 1, 1, 1], 0, 0).data(128).done(), 'gguf-tensor'],
    ['dimensions of zero', ggufHead(1, 0).tensor('t', [32, 0], 0, 0).data(128).done(), 'gguf-tensor'],
    ['rows that are no whole blocks', ggufHead(1, 0).tensor('t', [33], 8, 0).data(128).done(), 'gguf-tensor'],
    [
      'shapes that overflow',
      ggufHead(1, 0)
        .tensor('t', [2n ** 40n, 2n ** 40n], 0, 0)
        .data(128)
        .done(),
      'gguf-tensor',
    ],
    ['tensors beyond the end', ggufHead(1, 0).tensor('t', [32], 0, 64).data(128).done(), 'gguf-truncated'],
    [
      'tensors that overlap',
      ggufHead(2, 0).tensor('a', [32], 0, 0).tensor('b', [32], 0, 64).data(256).done(),
      'gguf-tensor',
    ],
    [
      'tensors that occur twice',
      ggufHead(2, 0).tensor('a', [32], 0, 0).tensor('a', [32], 0, 128).data(256).done(),
      'gguf-tensor',
    ],
    [
      'an alignment that is no multiple of 8',
      ggufHead(0, 1).entry(['general.alignment', 12]).data(64).done(),
      'gguf-header',
    ],
    ['data that is not aligned', ggufHead(1, 0).tensor('t', [4], 0, 4).data(128).done(), 'gguf-tensor'],
    [
      'data beyond 2^53',
      ggufHead(1, 0)
        .tensor('t', [4], 0, 2n ** 60n)
        .data(128)
        .done(),
      'gguf-header',
    ],
  ])('refuses %s', (_, bytes, code) => expect(codeOf(bytes)).toBe(code));

  it.each([
    [
      'a list',
      ggufHead(0, 1)
        .string('k')
        .u32(9)
        .u32(0)
        .u64(2 ** 32),
    ],
    [
      'a text',
      ggufHead(0, 1)
        .string('k')
        .u32(8)
        .u64(2 ** 32),
    ],
    ['tensors', ggufHead(2 ** 30, 0)],
  ])('refuses %s longer than any model has, even where a file of terabytes has room for it', (_, bytes) => {
    const head = bytes.data(64).done();
    expect(() => parseGguf(head, 2 ** 42, 'x')).toThrow(expect.objectContaining({ code: 'gguf-header' }));
  });

  it('accepts the smallest file with a tensor, and three nested lists', () => {
    const bytes = ggufHead(1, 0).tensor('t', [4, 2], 0, 0).data(32).done();
    expect(parseGguf(bytes, bytes.length, 'x')?.tensors.get('t')).toMatchObject({
      dims: [2, 4],
      begin: bytes.length - 32,
      end: bytes.length,
    });
    expect(codeOf(nest(3))).toBe('accepted');
  });

  it('names the tensor and what is wrong with it', () => {
    const bytes = ggufHead(1, 0).tensor('blk.0.attn_q.weight', [33], 8, 0).data(128).done();
    expect(() => parseGguf(bytes, bytes.length, 'm.gguf')).toThrow(
      'm.gguf: tensor "blk.0.attn_q.weight": its rows of 33 are not whole blocks of 32 (Q8_0).',
    );
  });
});

describe('expandBlocks', () => {
  it('begins anywhere in the output', () => {
    const format = BLOCK_FORMATS[8];
    if (!format) throw new Error('Q8_0 is missing');
    const block = new Uint8Array(34);
    block.set([0x00, 0x3c, 1, 0xff]); // scale 1, then 1 and -1
    const out = new Float32Array(40);
    expandBlocks(format, block, out, 5);
    expect([...out.subarray(4, 8)]).toEqual([0, 1, -1, 0]);
  });

  it('expands 4-bit blocks by their formula', () => {
    // Q4_1: scale 2 (0x4000), offset -1 (0xbc00), every byte 0xe3: low half 3 → 2·3 − 1 = 5, high half 14 → 27.
    const format = BLOCK_FORMATS[3];
    const block = Uint8Array.from([0x00, 0x40, 0x00, 0xbc, ...Array.from({ length: 16 }, () => 0xe3)]);
    const out = new Float32Array(32);
    if (format) expandBlocks(format, block, out);
    expect([...out]).toEqual([...Array.from({ length: 16 }, () => 5), ...Array.from({ length: 16 }, () => 27)]);
  });
});
