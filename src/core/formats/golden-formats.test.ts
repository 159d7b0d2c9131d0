import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES, hasFixtures, readJsonFixture } from '../testing/fixtures';
import { BLOCK_FORMATS, expandBlocks } from './ggml-blocks';
import { parseGguf, type GgufValue } from './gguf';
import { decodeFloats, encodeFloats, parseSafetensors, readSafetensors } from './safetensors';

const read = (...path: string[]) => new Uint8Array(readFileSync(join(FIXTURES, ...path)));

/** Keys of a JSON fixture, none where there is none. */
const keysOf = (...path: string[]): string[] => (hasFixtures ? Object.keys(readJsonFixture<object>(...path)) : []);

describe.runIf(hasFixtures)('safetensors files of others', () => {
  it('lists the tensors of a real file in the order of their bytes', () => {
    const bytes = read('models/tiny-llama/model.safetensors');
    const { tensors, metadata } = parseSafetensors(bytes, 'model.safetensors');
    expect(metadata).toEqual({ format: 'pt' });
    // 2 layers of 9 tensors, the embedding and the last norm; the head is tied.
    expect(tensors).toHaveLength(20);
    expect(tensors.find(({ name }) => name === 'model.embed_tokens.weight')?.dims).toEqual([452, 64]);
    expect(tensors.at(-1)?.end).toBe(bytes.length);
  });

  it('reads bfloat16 shards as the float32 weights rounded to nearest even', () => {
    const full = readSafetensors(read('models/tiny-llama-rope3/model.safetensors'), 'full');
    let compared = 0;
    for (const shard of [1, 2, 3, 4]) {
      const halves = readSafetensors(
        read(`models/tiny-llama-rope3-bf16/model-0000${shard}-of-00004.safetensors`),
        'half',
      );
      for (const [name, { dims, data }] of halves) {
        const source = full.get(name);
        expect(source?.dims).toEqual(dims);
        const rounded = new Float32Array(data.length);
        decodeFloats('BF16', encodeFloats('BF16', source?.data ?? new Float32Array()), rounded);
        expect(rounded).toEqual(data);
        compared++;
      }
    }
    expect(compared).toBe(full.size);
  });

  it('reads float64', () => {
    const logits = readSafetensors(read('models/tiny-llama/expected/logits.safetensors'), 'logits');
    const f32 = logits.get('right.f32')?.data ?? new Float32Array();
    const f64 = logits.get('right.f64')?.data ?? new Float32Array();
    expect(f32.length).toBe(f64.length);
    expect(f32.reduce((most, value, i) => Math.max(most, Math.abs(value - (f64[i] ?? Number.NaN))), 0)).toBeLessThan(
      1e-4,
    );
  });
});

describe.runIf(hasFixtures)('GGUF files of others', () => {
  it.each(keysOf('gguf', 'blocks.json'))('%s blocks as the gguf package expands them', (name) => {
    const golden = readJsonFixture<Record<string, { type_id: number; block_elements: number; block_bytes: number }>>(
      'gguf',
      'blocks.json',
    )[name];
    const bytes = read('gguf/blocks.safetensors');
    const entries = parseSafetensors(bytes, 'blocks').tensors;
    const slice = (suffix: string) => {
      const entry = entries.find((other) => other.name === `${name}.${suffix}`);
      return bytes.slice(entry?.begin, entry?.end);
    };
    const format = BLOCK_FORMATS[golden?.type_id ?? -1];
    expect(format).toMatchObject({ name, elements: golden?.block_elements, bytes: golden?.block_bytes });
    if (!format) return;
    const want = new Float32Array(slice('dequantized').buffer);
    const out = new Float32Array(want.length);
    expandBlocks(format, slice('raw'), out);
    // numpy rounds each product and sum to float32; here a number is rounded once. Differences cancel where d · q and m nearly do.
    const worst = out.reduce(
      (most, value, i) =>
        Math.max(most, Math.abs(value - (want[i] ?? Number.NaN)) / Math.max(1e-3, Math.abs(want[i] ?? 0))),
      0,
    );
    const exact = ['F16', 'BF16', 'Q8_0', 'Q4_0', 'Q5_0'].includes(name);
    expect(worst).toBeLessThanOrEqual(exact ? 0 : 2e-5);
  });

  it.each(keysOf('gguf', 'models.json'))('%s: every tensor and key', (file) => {
    const bytes = read('gguf', file);
    const header = parseGguf(bytes, bytes.length, file);
    const golden = readJsonFixture<
      Record<
        string,
        { tensors: { name: string; type: string; shape: number[] }[]; metadata: Record<string, GgufValue> }
      >
    >('gguf', 'models.json')[file];
    expect(
      [...(header?.tensors.values() ?? [])].map(({ name, format, dims }) => ({
        name,
        type: format.name,
        shape: [...dims].reverse(),
      })),
    ).toEqual(golden?.tensors.map(({ name, type, shape }) => ({ name, type, shape })));
    for (const [key, value] of Object.entries(golden?.metadata ?? {})) expect(header?.metadata.get(key)).toEqual(value);
  });
});
