import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkbenchError } from '@core/errors';
import { readSafetensors, writeSafetensors } from '@core/formats/safetensors';
import type { Parameter } from '@core/models/model-config';
import { readAdapterFolder, writeAdapterFolder } from './adapter-folder';
import { readGguf } from './gguf-file';
import { inspectModel } from './inspect-model';
import { readModelFolder } from './model-folder';
import type { ModelSource } from './model-source';
import { openModel } from './open-model';
import { writeModelFolder } from './write-model-folder';

const FIXTURES = process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures';
const NAMES = ['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2', 'tiny-qwen3'];

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbench-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(source: ModelSource): Promise<Map<string, Parameter>> {
  const weights = new Map<string, Parameter>();
  await source.loadInto((name, dims) => {
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1));
    weights.set(name, { name, dims, data });
    return data;
  });
  return weights;
}

async function goldenWeights(path: string): Promise<Map<string, { dims: readonly number[]; data: Float32Array }>> {
  return readSafetensors(new Uint8Array(await readFile(path)), path);
}

const storeOf = (weights: ReadonlyMap<string, Parameter>) => ({
  get(name: string): Parameter {
    const found = weights.get(name);
    if (!found) throw new Error(name);
    return found;
  },
});

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : `not a WorkbenchError: ${String(error)}`;
  }
  return 'accepted';
}

describe('readModelFolder', () => {
  it.each(NAMES)('%s: reads every tensor as it is', async (name) => {
    const path = join(FIXTURES, 'models', name);
    const source = await readModelFolder(path);
    const weights = await load(source);
    const golden = await goldenWeights(join(path, 'model.safetensors'));
    expect([...weights.keys()].sort()).toEqual([...golden.keys()].sort());
    for (const [key, { dims, data }] of golden) expect(weights.get(key)).toEqual({ name: key, dims, data });
    expect(source.parameterCount).toBe([...golden.values()].reduce((sum, { data }) => sum + data.length, 0));
    expect(source.storedDtypes).toEqual(['F32']);
  });

  it('reads shards of bfloat16', async () => {
    const source = await readModelFolder(join(FIXTURES, 'models/tiny-llama-rope3-bf16'));
    const weights = await load(source);
    const golden = await goldenWeights(join(FIXTURES, 'models/tiny-llama-rope3/model.safetensors'));
    expect(source.storedDtypes).toEqual(['BF16']);
    for (const [key, { data }] of golden) {
      // bfloat16 keeps 8 bits: half a unit in the last place is 2^-9 of the number.
      const worst = data.reduce(
        (most, value, i) =>
          Math.max(most, Math.abs(value - (weights.get(key)?.data[i] ?? Number.NaN)) / (Math.abs(value) + 1e-30)),
        0,
      );
      expect(worst).toBeLessThanOrEqual(2 ** -8);
    }
  });

  it('is found from a file inside the folder', async () => {
    const source = await openModel(join(FIXTURES, 'models/tiny-llama/model.safetensors'));
    expect(source.name).toBe('tiny-llama');
  });
});

describe('readGguf', () => {
  it.each(NAMES)('%s: configuration, tokenizer and weights of the Hugging Face folder', async (name) => {
    const [gguf, hf] = [
      await readGguf(join(FIXTURES, 'gguf', `${name}.f32.gguf`)),
      await readModelFolder(join(FIXTURES, 'models', name)),
    ];
    expect(gguf.config).toEqual(hf.config);
    // GGUF names one token that ends a text, generation_config.json may name several.
    expect(gguf.tokenizer.eosIds).toEqual(hf.tokenizer.eosIds.slice(0, 1));
    const [a, b] = [await load(gguf), await load(hf)];
    expect([...a.keys()]).toEqual([...b.keys()]);
    for (const [key, parameter] of b) expect(a.get(key)).toEqual(parameter);
    const golden = JSON.parse(await readFile(join(FIXTURES, 'models', name, 'expected/encode.json'), 'utf8')) as {
      cases: { text: string; ids: number[]; ids_without_specials: number[]; decoded: string }[];
      chats: { messages: { role: 'user'; content: string }[]; add_generation_prompt: boolean; ids: number[] }[];
    };
    for (const { text, ids, ids_without_specials, decoded } of golden.cases) {
      expect([...gguf.tokenizer.encode(text, { specials: 'recognise', addBos: true })]).toEqual(ids);
      expect(gguf.tokenizer.decode(ids_without_specials)).toBe(decoded);
    }
    for (const chat of golden.chats) {
      expect([
        ...gguf.tokenizer.encodeChat(chat.messages, { addGenerationPrompt: chat.add_generation_prompt }),
      ]).toEqual(chat.ids);
    }
  });

  it.each(['tiny-llama', 'tiny-qwen2'])('%s: every block format, rows put back in order', async (name) => {
    const weights = await load(await readGguf(join(FIXTURES, 'gguf', `${name}.mixed.gguf`)));
    const golden = await goldenWeights(join(FIXTURES, 'gguf', `${name}.mixed.expected.safetensors`));
    let compared = 0;
    for (const [key, { dims, data }] of golden) {
      if (!key.startsWith('weights.')) continue;
      const mine = weights.get(key.slice('weights.'.length));
      expect(mine?.dims).toEqual(dims);
      const worst = data.reduce((most, value, i) => Math.max(most, Math.abs(value - (mine?.data[i] ?? Number.NaN))), 0);
      expect(worst).toBeLessThan(1e-6);
      compared++;
    }
    expect(compared).toBeGreaterThan(8);
  });

  it('inspects the real model by its head alone', async () => {
    const inspection = await inspectModel(
      join(FIXTURES, '../models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf'),
    );
    expect(inspection).toMatchObject({
      architecture: 'llama',
      parameterCount: 134_515_008,
      vocabSize: 49_152,
      tokenizerSize: 49_152,
      spareRows: 0,
      hasChatTemplate: true,
      tieWordEmbeddings: true,
    });
    expect(inspection.storedDtypes[0]).toBe('Q4_1');
  });
});

describe('writeModelFolder', () => {
  it.each(['F32', 'F16', 'BF16'] as const)('writes %s that is read back', async (dtype) => {
    const source = await readModelFolder(join(FIXTURES, 'models/tiny-qwen3'));
    const weights = await load(source);
    const target = join(folder, 'out');
    await writeModelFolder(target, { ...source, weights: storeOf(weights), dtype, maxShardBytes: 100_000 });
    const back = await readModelFolder(target);
    expect(back.config).toEqual(source.config);
    expect(back.storedDtypes).toEqual([dtype]);
    expect((await readdir(target)).filter((file) => file.endsWith('.safetensors')).length).toBeGreaterThan(2);
    expect(back.tokenizer.encode('12 + 7 = 19')).toEqual(source.tokenizer.encode('12 + 7 = 19'));
    for (const [key, { data }] of await load(back)) {
      const worst = data.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - (weights.get(key)?.data[i] ?? Number.NaN))),
        0,
      );
      expect(worst).toBeLessThanOrEqual(dtype === 'F32' ? 0 : 0.02);
    }
    expect(await readdir(folder)).toEqual(['out']);
  });

  it('leaves nothing behind when it fails, and the old folder where one was', async () => {
    const source = await readModelFolder(join(FIXTURES, 'models/tiny-llama'));
    const weights = await load(source);
    const target = join(folder, 'out');
    await writeModelFolder(target, { ...source, weights: storeOf(weights) });
    const before = await readFile(join(target, 'model.safetensors'));
    const write = () => writeModelFolder(target, { ...source, weights: storeOf(weights) }, { replace: true });
    expect(await codeOf(() => writeModelFolder(target, { ...source, weights: storeOf(weights) }))).toBe(
      'folder-exists',
    );
    const norm = weights.get('model.norm.weight');
    if (norm) norm.data[3] = Number.NaN;
    expect(await codeOf(write)).toBe('weights-not-finite');
    expect(await readdir(folder)).toEqual(['out']);
    expect(await readFile(join(target, 'model.safetensors'))).toEqual(before);
    if (norm) norm.data[3] = 7;
    await write();
    expect((await load(await readModelFolder(target))).get('model.norm.weight')?.data[3]).toBe(7);
    expect(await readdir(folder)).toEqual(['out']);
  });

  it('refuses numbers that F16 cannot hold', async () => {
    const source = await readModelFolder(join(FIXTURES, 'models/tiny-llama'));
    const weights = await load(source);
    const norm = weights.get('model.norm.weight');
    if (norm) norm.data[0] = 70_000;
    expect(
      await codeOf(() => writeModelFolder(join(folder, 'out'), { ...source, weights: storeOf(weights), dtype: 'F16' })),
    ).toBe('float16-overflow');
  });
});

describe('adapters', () => {
  it.each(['tiny-llama', 'new-tokens', 'new-tokens-2', 'saved-modules'])(
    '%s: PEFT folder there and back',
    async (name) => {
      const adapter = await readAdapterFolder(join(FIXTURES, 'lora', name));
      await writeAdapterFolder(join(folder, 'a'), adapter);
      expect(await readAdapterFolder(join(folder, 'a'))).toEqual(adapter);
      expect(adapter.tensors.length).toBeGreaterThan(4);
    },
  );

  it('refuses variants with other mathematics', async () => {
    await cp(join(FIXTURES, 'lora/tiny-llama'), join(folder, 'dora'), { recursive: true, mode: 0 });
    const path = join(folder, 'dora/adapter_config.json');
    const config = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await rm(path, { force: true });
    await writeFile(path, JSON.stringify({ ...config, use_dora: true }));
    expect(await codeOf(() => readAdapterFolder(join(folder, 'dora')))).toBe('adapter-feature');
  });
});

describe('refusals', () => {
  /** A model folder of text files and weights, changed in one place. */
  async function folderWith(
    change: (config: Record<string, unknown>, weights: Map<string, Parameter>) => void,
    files: Readonly<Record<string, string | Uint8Array | null>> = {},
  ): Promise<string> {
    const source = await readModelFolder(join(FIXTURES, 'models/tiny-llama'));
    const weights = await load(source);
    const config: Record<string, unknown> = { ...source.rawConfig };
    change(config, weights);
    const target = join(folder, 'm');
    await rm(target, { recursive: true, force: true });
    await cp(join(FIXTURES, 'models/tiny-llama/tokenizer.json'), join(target, 'tokenizer.json'));
    await writeFile(join(target, 'config.json'), JSON.stringify(config));
    await writeFile(join(target, 'model.safetensors'), writeSafetensors(weights.values()));
    for (const [name, content] of Object.entries(files)) {
      await rm(join(target, name), { force: true });
      if (content !== null) await writeFile(join(target, name), content);
    }
    return target;
  }
  const keep = () => undefined;

  it('accepts the folder before it is changed', async () => {
    const target = await folderWith(keep);
    expect(await codeOf(() => readModelFolder(target))).toBe('accepted');
  });

  it.each([
    [
      'an unknown architecture',
      (config: Record<string, unknown>) => (config['model_type'] = 'mamba'),
      {},
      'architecture-unknown',
    ],
    [
      'weights of another shape',
      (config: Record<string, unknown>) => (config['intermediate_size'] = 256),
      {},
      'tensor-shape',
    ],
    [
      'more layers than there are',
      (config: Record<string, unknown>) => (config['num_hidden_layers'] = 3),
      {},
      'tensor-missing',
    ],
    [
      'a tokenizer larger than the vocabulary',
      keep,
      { 'tokenizer.json': JSON.stringify({ model: { type: 'WordLevel', vocab: { a: 500 } } }) },
      'tokenizer-too-large',
    ],
    ['no config.json', keep, { 'config.json': null }, 'config-missing'],
    ['no tokenizer.json', keep, { 'tokenizer.json': null }, 'tokenizer-missing'],
    ['no weights', keep, { 'model.safetensors': null }, 'weights-missing'],
    [
      'only a pickle',
      keep,
      { 'model.safetensors': null, 'pytorch_model.bin': 'PK\u0003\u0004archive/data.pkl' },
      'pickle-refused',
    ],
    [
      'a pickle by another name',
      keep,
      { 'model.safetensors': Uint8Array.of(0x80, 2, 0x63, 0x6f, 0x73, 0x0a, 0x73, 0x79, 0x73) },
      'pickle-refused',
    ],
    [
      'a Git LFS pointer',
      keep,
      { 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n' },
      'lfs-pointer',
    ],
    [
      'a missing shard',
      keep,
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: 'model-00001-of-00002.safetensors' } }) },
      'shard-missing',
    ],
    [
      'an index that leaves the folder',
      keep,
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: '../x.safetensors' } }) },
      'json-value',
    ],
    [
      'an index that lies',
      keep,
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { strange: 'model.safetensors' } }) },
      'shard-index',
    ],
    ['an empty weight file', keep, { 'model.safetensors': new Uint8Array(0) }, 'safetensors-truncated'],
  ])('says what is wrong: %s', async (_, change, files, code) => {
    const target = await folderWith(change, files);
    expect(await codeOf(() => inspectModel(target))).toBe(code);
  });

  it('finds NaN and infinity when weights are loaded', async () => {
    for (const value of [Number.NaN, Infinity]) {
      const target = await folderWith((_, weights) => weights.get('model.norm.weight')?.data.fill(value, 5, 6));
      const source = await readModelFolder(target);
      await expect(load(source)).rejects.toThrow(`Tensor "model.norm.weight" holds ${value} at position 5.`);
    }
  });

  it('refuses a folder that is not there', async () => {
    expect(await codeOf(() => inspectModel(join(folder, 'nowhere')))).toBe('file-missing');
  });

  it('says so when a file was cut short after it was opened', async () => {
    const target = await folderWith(keep);
    const source = await readModelFolder(target);
    const bytes = await readFile(join(target, 'model.safetensors'));
    await writeFile(join(target, 'model.safetensors'), bytes.subarray(0, bytes.length - 100));
    expect(await codeOf(() => load(source))).toBe('file-truncated');
  });
});
