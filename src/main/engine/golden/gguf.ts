import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_FORMATS, expandBlocks, type BlockFormat } from '@core/formats/ggml-blocks';
import { parseGguf, type GgufValue } from '@core/formats/gguf';
import { encodeFloats, parseSafetensors, type WritableDtype } from '@core/formats/safetensors';
import { ropeFrequencies } from '@core/models/decoder/rope';
import { FIXTURES, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import {
  compareTensors,
  countDifferences,
  largestDistance,
  Mismatches,
  relativeDifference,
  Worst,
  type Tensors,
} from './compare';
import { encodeCases, type EncodeFile } from './encode-cases';
import { once, setOf, type Finding, type GoldenSet, type Part } from './golden-set';
import { compareLogits, follow, openGolden, readBatch, rowsOf } from './model-files';
import { withTrainer } from './models';

interface BlockFacts {
  readonly type_id: number;
  readonly block_elements: number;
  readonly block_bytes: number;
}

interface FileFacts {
  readonly hf_folder: string;
  readonly tensors: readonly {
    readonly name: string;
    readonly hf: string | null;
    readonly type: string;
    readonly shape: readonly number[];
  }[];
  readonly metadata: Readonly<Record<string, GgufValue>>;
}

const BLOCKS = 'gguf/blocks.json';
const MODELS = 'gguf/models.json';

/** Block types, and whole files. */
export function listGgufSets(): GoldenSet[] {
  const has = (file: string) => existsSync(join(FIXTURES, file));
  const blocks = has(BLOCKS) ? Object.entries(readJsonFixture<Record<string, BlockFacts>>(BLOCKS)) : [];
  const models = has(MODELS) ? Object.entries(readJsonFixture<Record<string, FileFacts>>(MODELS)) : [];
  return [
    ...(blocks.length > 0
      ? [
          setOf(
            'gguf/blocks',
            blocks.flatMap(([name, facts]) => blockParts(name, facts)),
          ),
        ]
      : []),
    ...models.map(([file, facts]) => setOf(`gguf/${file}`, fileParts(`gguf/${file}`, facts))),
  ];
}

/** Types of one product for each number: nothing to round twice. */
const EXACT = new Set(['F32', 'F64', 'F16', 'BF16', 'Q8_0', 'Q4_0', 'Q5_0']);

/** Products and sums behind a number of the other types, each of which numpy rounds to float32. */
const ROUNDINGS: Readonly<Record<string, number>> = { Q4_1: 2, Q5_1: 2, Q3_K: 2, Q6_K: 2, IQ4_NL: 1, IQ4_XS: 2 };
const MOST_ROUNDINGS = 4;

/** Of float32. */
const SMALLEST_NORMAL = 2 ** -126;

/** The types that we also write. */
const WRITTEN: readonly WritableDtype[] = ['F16', 'BF16', 'F32'];

function blockParts(name: string, facts: BlockFacts): Part[] {
  const needs = ['gguf/blocks.safetensors'];
  const tensors = once(() => readRawTensors('gguf/blocks.safetensors'));
  const bytesOf = (tensor: string) => tensors().get(tensor) ?? new Uint8Array(0);
  const floatsOf = (tensor: string) => new Float32Array(bytesOf(tensor).slice().buffer);
  const written = WRITTEN.find((dtype) => dtype === name);
  return [
    {
      name: `${name}, size of a block`,
      measure: () => {
        const found = new Mismatches();
        const format = BLOCK_FORMATS[facts.type_id];
        found.note(format?.name, name, 'name');
        found.note([format?.elements, format?.bytes], [facts.block_elements, facts.block_bytes], 'elements and bytes');
        return found.finding();
      },
    },
    {
      name: `${name}, dequantised`,
      needs,
      measure: () => {
        const expected = floatsOf(`${name}.dequantized`);
        const own = new Float32Array(expected.length);
        const format = requireFormat(facts.type_id, name);
        expandBlocks(format, bytesOf(`${name}.raw`), own);
        return compareBlocks(own, expected, format);
      },
    },
    ...(written
      ? [
          {
            name: `${name}, raw`,
            needs,
            measure: (): Finding => ({
              error: countDifferences(encodeFloats(written, floatsOf('source')), bytesOf(`${name}.raw`)),
              tolerance: 0,
            }),
          },
        ]
      : []),
  ];
}

function requireFormat(type: number, name: string): BlockFormat {
  const format = BLOCK_FORMATS[type];
  if (!format) throw new Error(`The block format ${name} (${type}) is not known.`);
  return format;
}

/** Bytes of every tensor of a file, by name. */
function readRawTensors(path: string): ReadonlyMap<string, Uint8Array> {
  const bytes = new Uint8Array(readFileSync(join(FIXTURES, path)));
  return new Map(parseSafetensors(bytes, path).tensors.map(({ name, begin, end }) => [name, bytes.slice(begin, end)]));
}

/** Exact types by what differs; the others in units in the last place of the largest number of the block. */
function compareBlocks(own: Float32Array, expected: Float32Array, { name, elements }: BlockFormat): Finding {
  if (EXACT.has(name)) return { error: countDifferences(own, expected), tolerance: 0 };
  const worst = new Worst();
  for (let at = 0; at < expected.length; at += elements)
    worst.note(distanceInUlps(own.subarray(at, at + elements), expected.subarray(at, at + elements)), `element ${at}`);
  return worst.finding(ROUNDINGS[name] ?? MOST_ROUNDINGS);
}

/** max |a − b| in units in the last place of the largest number. */
function distanceInUlps(own: ArrayLike<number>, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), SMALLEST_NORMAL);
  return largestDistance(own, expected) / 2 ** (Math.floor(Math.log2(largest)) - 23);
}

function fileParts(path: string, facts: FileFacts): Part[] {
  const folder = follow('gguf', facts.hf_folder);
  const stem = path.replace(/\.gguf$/, '');
  const expected = `${stem}.expected.safetensors`;
  const isQuantised = facts.tensors.some(({ type }) => type !== 'F32');
  const logits = isQuantised ? expected : `${folder}/expected/logits.safetensors`;
  const opened = once(() => openGolden(path));
  const original = once(() => openGolden(folder));
  const header = once(() => {
    const bytes = new Uint8Array(readFileSync(join(FIXTURES, path)));
    return parseGguf(bytes, bytes.length, path);
  });
  return [
    {
      name: 'tensors and metadata',
      needs: [path],
      measure: () => {
        const found = new Mismatches();
        const own = [...(header()?.tensors.values() ?? [])];
        found.note(own.length, facts.tensors.length, 'number of tensors');
        for (const [index, { name, type, shape }] of facts.tensors.entries()) {
          const { name: ownName, format, dims = [] } = own[index] ?? {};
          found.note([ownName, format?.name, [...dims].reverse()], [name, type, shape], name);
        }
        for (const [key, value] of Object.entries(facts.metadata)) found.note(header()?.metadata.get(key), value, key);
        return found.finding();
      },
    },
    {
      name: 'configuration of the Hugging Face folder',
      needs: [path, `${folder}/config.json`],
      measure: async () => {
        const [{ config: own }, { config }] = [await opened(), await original()];
        const found = new Mismatches();
        for (const [key, value] of Object.entries(config))
          if (key !== 'ropeScaling') found.note(own[key as keyof typeof own], value, key);
        // The file keeps RoPE's factors, not the numbers that they come from.
        const frequencies = ropeFrequencies(own);
        const isOff = ropeFrequencies(config).some((each, i) => relativeDifference(frequencies[i] ?? 0, each) > 1e-6);
        found.note(isOff, false, 'frequencies of RoPE');
        return found.finding();
      },
    },
    ...(isQuantised
      ? [
          {
            name: 'weights of the file with the golden ones',
            needs: [path, expected],
            measure: async () => {
              const golden = [...readTensorFixture(expected)].flatMap(([name, tensor]) =>
                name.startsWith('weights.') ? [[name.slice('weights.'.length), tensor] as const] : [],
              );
              const own: Tensors = await weightsOf(opened());
              const worst = new Worst();
              for (const [name, { data }] of golden) {
                worst.note(distanceInUlps(own.get(name)?.data ?? [], data), name);
              }
              return worst.finding(MOST_ROUNDINGS);
            },
          },
        ]
      : [
          {
            name: 'weights of the Hugging Face folder',
            needs: [path, `${folder}/config.json`],
            measure: async () =>
              compareTensors(await weightsOf(opened()), await weightsOf(original()), countDifferences, 0),
          },
        ]),
    {
      name: 'logits',
      needs: [path, logits, `${folder}/expected/batch.json`],
      measure: () =>
        withTrainer(path, { mode: { kind: 'frozen' } }, async (trainer) => {
          const own = await trainer.forwardLogits(rowsOf(readBatch(folder)).map((row) => row.ids));
          return compareLogits(own, logits, 'right.f64', 1e-4);
        }),
    },
    ...encodeCases(
      async () => (await opened()).tokenizer,
      () => readJsonFixture<EncodeFile>(folder, 'expected', 'encode.json'),
    ).map((each) => ({ ...each, needs: [path, `${folder}/expected/encode.json`] })),
  ];
}

async function weightsOf(model: ReturnType<typeof openGolden>): Promise<Tensors> {
  const { parameters } = await model;
  return new Map(parameters.names.map((name) => [name, parameters.get(name)]));
}
