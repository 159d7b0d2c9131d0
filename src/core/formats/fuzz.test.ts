import { describe, expect, it } from 'vitest';
import { fuzz, FUZZ_TIMEOUT, mutateBytes, mutateJson, type FuzzOutcome } from '../testing/mutants';
import type { Rng } from '../ports';
import { expandBlocks } from './ggml-blocks';
import { parseGguf } from './gguf';
import { elementCount, parseSafetensors, readSafetensors, writeSafetensors } from './safetensors';
import { buildGguf } from './testing/gguf-bytes';
import { decodeUtf8Lossy, encodeUtf8 } from './utf8';

const tensors = Array.from({ length: 5 }, (_, i) => ({
  name: `model.layers.${i}.weight`,
  dims: [4, i + 1],
  data: new Float32Array(4 * (i + 1)).fill(i),
}));
const sizeOf = (bytes: Uint8Array) => bytes.length;

/** A share of refusals that shows that damage reaches the parser, and that not all of it is fatal. */
function expectMixed({ refused }: FuzzOutcome, atLeast: number): void {
  expect(refused).toBeGreaterThan(atLeast);
  expect(refused).toBeLessThan(1);
}

describe('damaged files are read or refused, and nothing else happens', () => {
  it(
    'safetensors: header and tensors',
    () => {
      const files = [
        writeSafetensors(tensors),
        writeSafetensors(tensors, { dtype: 'BF16' }),
        writeSafetensors([...tensors, { name: 'empty', dims: [0, 3], data: new Float32Array(0) }], { dtype: 'F16' }),
      ];
      // Makes the table of float16, once and for all.
      for (const file of files) readSafetensors(file, 'x');
      const head = parseSafetensors(files[0] ?? new Uint8Array(0), 'x').dataBegin;
      const outcome = fuzz('safetensors', {
        mutate: (rng) => (rng.next() < 0.5 ? mutateBytes(files, rng, head) : mutateHeader(files, rng)),
        sizeOf,
        parse(mutant) {
          for (const { begin, end } of parseSafetensors(mutant, 'x').tensors) {
            // Whatever is accepted lies inside the file.
            if (begin < 8 || end < begin || end > mutant.length)
              throw new RangeError(`${begin}..${end} of ${mutant.length}`);
          }
          readSafetensors(mutant, 'x');
        },
      });
      expectMixed(outcome, 0.5);
      // Half-width numbers take twice their bytes in memory.
      expect(outcome.worstAllocation).toBeLessThanOrEqual(2);
    },
    FUZZ_TIMEOUT,
  );

  it(
    'GGUF: header, metadata and tensors',
    () => {
      const words = Array.from({ length: 40 }, (_, i) => `token${i}`);
      const bytes = buildGguf(
        [
          ['general.architecture', 'llama'],
          ['llama.block_count', 5],
          ['llama.rope.freq_base', 0.5],
          ['tokenizer.ggml.tokens', words],
          ['tokenizer.ggml.scores', [1, 2, 3]],
          ['tokenizer.ggml.add_bos_token', true],
        ],
        tensors,
      );
      const { dataBegin } = parseGguf(bytes, bytes.length, 'x') ?? { dataBegin: 0 };
      const outcome = fuzz('gguf', {
        mutate: (rng) => mutateBytes([bytes], rng, dataBegin),
        sizeOf,
        parse(mutant) {
          const header = parseGguf(mutant, mutant.length, 'x');
          if (header === null) throw new RangeError('asked for more than the whole file');
          for (const { begin, end, dims, format } of header.tensors.values()) {
            if (begin < 0 || end < begin || end > mutant.length || dims.some((dim) => dim < 1))
              throw new RangeError(`${begin}..${end} of ${mutant.length}`);
            const data = new Float32Array(elementCount(dims));
            expandBlocks(format, mutant.subarray(begin, end), data, 0);
          }
        },
      });
      // Where the head is text, damage changes a name and nothing else.
      expectMixed(outcome, 0.2);
      // Q2_K, the densest format, takes 84 bytes for 256 numbers: 12 times its size as float32.
      expect(outcome.worstAllocation).toBeLessThanOrEqual(12.2);
    },
    FUZZ_TIMEOUT,
  );

  it('a head cut anywhere asks for more or is refused, whatever the size of the file', () => {
    const bytes = buildGguf([['general.architecture', 'llama']], tensors);
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length);
      const { dataBegin } = parseGguf(bytes, bytes.length, 'x') ?? { dataBegin: 0 };
      const header = parseGguf(cut, bytes.length, 'x');
      expect(header === null || length >= dataBegin - 32).toBe(true);
    }
  });
});

/** The header as JSON, damaged and written back with its new length. */
function mutateHeader(files: readonly Uint8Array[], rng: Rng): Uint8Array {
  const bytes = files[rng.integer(files.length)] ?? new Uint8Array(0);
  const { dataBegin } = parseSafetensors(bytes, 'x');
  const header: unknown = JSON.parse(decodeUtf8Lossy(bytes.subarray(8, dataBegin)));
  const json = encodeUtf8(JSON.stringify(mutateJson(header, rng)));
  const out = new Uint8Array(8 + json.length + bytes.length - dataBegin);
  new DataView(out.buffer).setBigUint64(0, BigInt(json.length), true);
  out.set(json, 8);
  out.set(bytes.subarray(dataBegin), 8 + json.length);
  return out;
}
