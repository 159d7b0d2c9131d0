import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import type { Rng } from '../ports';
import { createRng } from '../random/rng';
import { parseGguf } from './gguf';
import { parseSafetensors, writeSafetensors } from './safetensors';
import { buildGguf } from './testing/gguf-bytes';

const MUTANTS = 2000;

/** Ways to damage a file; each changes `bytes` in place or gives another array. */
const DAMAGES: readonly ((bytes: Uint8Array, rng: Rng, headBytes: number) => Uint8Array)[] = [
  (bytes, rng, head) => flip(bytes, rng.integer(head), 1 << rng.integer(8)),
  (bytes, rng, head) => overwrite(bytes, rng.integer(head), [rng.integer(256)]),
  (bytes, rng, head) => overwrite(bytes, rng.integer(head), [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]),
  (bytes, rng, head) => overwrite(bytes, rng.integer(head), [0, 0, 0, 0, 0, 0, 0, 0]),
  (bytes, rng, head) =>
    overwrite(
      bytes,
      rng.integer(head),
      Array.from({ length: 16 }, () => rng.integer(256)),
    ),
  (bytes, rng) => bytes.subarray(0, rng.integer(bytes.length)),
  (bytes, rng, head) => {
    const at = rng.integer(head);
    const cut = 1 + rng.integer(8);
    bytes.copyWithin(at, at + cut);
    return bytes.subarray(0, Math.max(at, bytes.length - cut));
  },
  (bytes, rng, head) => {
    const [from, to, length] = [rng.integer(head), rng.integer(head), 1 + rng.integer(32)];
    bytes.copyWithin(to, from, Math.min(from + length, bytes.length));
    return bytes;
  },
];

function flip(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  bytes[at] = (bytes[at] ?? 0) ^ mask;
  return bytes;
}

function overwrite(bytes: Uint8Array, at: number, values: readonly number[]): Uint8Array {
  for (const [i, value] of values.entries()) if (at + i < bytes.length) bytes[at + i] = value;
  return bytes;
}

/**
 * Feeds damaged copies of `original` to `parse`: each is either read or refused with a WorkbenchError, nothing else.
 * @returns the share that was refused
 */
function fuzz(original: Uint8Array, headBytes: number, seed: string, parse: (bytes: Uint8Array) => void): number {
  let refused = 0;
  for (let i = 0; i < MUTANTS; i++) {
    const rng = createRng(`${seed}/${i}`);
    let bytes: Uint8Array = original.slice();
    const damages = 1 + rng.integer(3);
    for (let n = 0; n < damages; n++)
      bytes = (DAMAGES[rng.integer(DAMAGES.length)] ?? flipFirst)(
        bytes,
        rng,
        Math.max(1, Math.min(headBytes, bytes.length)),
      );
    try {
      parse(bytes);
    } catch (error) {
      if (!(error instanceof WorkbenchError) || error.kind === 'internal')
        throw new Error(`mutant ${seed}/${i}`, { cause: error });
      refused++;
    }
  }
  return refused / MUTANTS;
}

const flipFirst = (bytes: Uint8Array) => flip(bytes, 0, 1);

describe('damaged files are read or refused, and nothing else happens', () => {
  const tensors = Array.from({ length: 5 }, (_, i) => ({
    name: `model.layers.${i}.weight`,
    dims: [4, i + 1],
    data: new Float32Array(4 * (i + 1)).fill(i),
  }));

  it('safetensors', () => {
    const bytes = writeSafetensors(tensors);
    const { dataBegin } = parseSafetensors(bytes, 'x');
    const refused = fuzz(bytes, dataBegin, 'safetensors', (mutant) => {
      for (const { begin, end } of parseSafetensors(mutant, 'x').tensors) {
        // Whatever is accepted lies inside the file.
        if (begin < 8 || end < begin || end > mutant.length)
          throw new RangeError(`${begin}..${end} of ${mutant.length}`);
      }
    });
    expect(refused).toBeGreaterThan(0.5);
    expect(refused).toBeLessThan(1);
  });

  it('GGUF', () => {
    const words = Array.from({ length: 40 }, (_, i) => `token${i}`);
    const bytes = buildGguf(
      [
        ['general.architecture', 'llama'],
        ['llama.block_count', 5],
        ['llama.rope.freq_base', 0.5],
        ['tokenizer.ggml.tokens', words],
      ],
      tensors,
    );
    const { dataBegin } = parseGguf(bytes, bytes.length, 'x') ?? { dataBegin: 0 };
    const refused = fuzz(bytes, dataBegin, 'gguf', (mutant) => {
      const header = parseGguf(mutant, mutant.length, 'x');
      if (header === null) throw new RangeError('asked for more than the whole file');
      for (const { begin, end, dims } of header.tensors.values()) {
        if (begin < 0 || end < begin || end > mutant.length || dims.some((dim) => dim < 1))
          throw new RangeError(`${begin}..${end} of ${mutant.length}`);
      }
    });
    // Where the head is text, damage changes a name and nothing else.
    expect(refused).toBeGreaterThan(0.2);
    expect(refused).toBeLessThan(1);
  });
});
