import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobRecord } from '@contracts/engine-protocol';
import { JobSpec } from '@contracts/jobs';
import { elementCount } from '@core/formats/safetensors';
import { listLinears } from '@core/models/decoder/parameters';
import type { ModelConfig, Parameter } from '@core/models/model-config';
import { NEVER_CANCELLED } from '@core/ports';
import { createRng } from '@core/random/rng';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import { peftName } from '@core/train/lora';
import type { AdapterConfig } from '../files/adapter-config';
import { readAdapterFolder, writeAdapterFolder } from '../files/adapter-folder';
import { lookAt } from '../files/look-at';
import { openModel } from '../files/open-model';
import { tinyModel } from '../files/testing/tiny-model';
import { writeModelFolder } from '../files/write-model-folder';
import type { JobContext } from '../job-context';
import { runImport } from './import';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbench-adapter-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const SCALING = 4 / 2;
const EMBEDDING = 'base_model.model.model.embed_tokens';

async function writeBase(change: Partial<ModelConfig> = {}, name = 'base') {
  const model = tinyModel(change);
  await writeModelFolder(join(folder, name), model);
  return { model, path: join(folder, name) };
}

/** A pair for q_proj of each layer, of seeded numbers, and whatever else. */
function makeTensors({ config }: { readonly config: ModelConfig }, more: readonly Parameter[] = []): Parameter[] {
  const rng = createRng(7);
  const random = (name: string, dims: readonly number[]): Parameter => ({
    name,
    dims,
    data: Float32Array.from({ length: elementCount(dims) }, () => rng.normal()),
  });
  const pairs = Array.from({ length: config.numLayers }, (_, layer) => listLinears(config, layer)).flatMap((linears) =>
    linears.flatMap(({ layer, name, dims: [out = 1, width = 1] }) =>
      layer === 'q_proj'
        ? [random(peftName(name, 'lora_A'), [2, width]), random(peftName(name, 'lora_B'), [out, 2])]
        : [],
    ),
  );
  return [...pairs, ...more];
}

async function writeAdapter(
  tensors: readonly Parameter[],
  change: Partial<AdapterConfig> = {},
  tokenizer: Tokenizer | null = null,
): Promise<string> {
  const path = join(folder, 'adapter');
  const config = {
    rank: 2,
    alpha: 4,
    rankStabilised: false,
    dropout: 0,
    targetModules: ['q_proj'],
    layers: null,
    trainableTokenIndices: null,
    modulesToSave: null,
    tiesSavedModules: false,
    baseModelPath: 'org/base',
    ...change,
  };
  await writeAdapterFolder(path, { config, tensors }, { extraFiles: tokenizer?.toFiles() ?? {} });
  return path;
}

/** Runs the import of an adapter, without a host. */
async function importOver(base: string, path: string, config: { readonly keepAdapter?: boolean } = {}) {
  const records: JobRecord[] = [];
  const told: string[] = [];
  const spec = JobSpec.parse({ kind: 'import', path, name: 'both', baseId: 'c', config });
  const context = {
    job: {
      model: { path: base, promptSet: 'workbook', plainPrompts: ['Q: '] },
      threads: 1,
      device: 'cpu',
      deviceName: 'processor',
      deviceReason: '',
      spec,
    },
    spec,
    outputFolder: join(folder, 'output'),
    cancel: NEVER_CANCELLED,
    commit: async (added: readonly JobRecord[]) => void records.push(...added),
    progress: () => undefined,
    log: (_: string, message: string) => void told.push(message),
    noteDevice: () => undefined,
  };
  const outcome = await runImport(context as unknown as JobContext<'import'>); // what an import reads of a job, and no more
  const [record] = records;
  if (record?.type !== 'checkpoint') throw new Error('no checkpoint');
  return { outcome, record, told };
}

async function loadAll(path: string): Promise<Map<string, Parameter>> {
  const weights = new Map<string, Parameter>();
  const source = await openModel(path);
  await source.loadInto((name, dims) => {
    const data = new Float32Array(elementCount(dims));
    weights.set(name, { name, dims, data });
    return data;
  });
  return weights;
}

/** base + s·B·A in double precision. */
function merged(base: Parameter, tensors: readonly Parameter[]): number[] {
  const find = (part: 'lora_A' | 'lora_B') => tensors.find(({ name }) => name === peftName(base.name, part));
  const [a, b] = [find('lora_A'), find('lora_B')];
  const width = base.dims[1] ?? 1;
  return Array.from(base.data, (value, at) => {
    if (!a || !b) return value;
    const [row, column] = [Math.floor(at / width), at % width];
    const product = [0, 1].reduce((sum, r) => sum + b.data[row * 2 + r]! * a.data[r * width + column]!, 0);
    return value + SCALING * product;
  });
}

describe('an adapter over its base', () => {
  it('becomes a checkpoint of base + s·B·A, keeps beside it what it was, and leaves the base alone', async () => {
    const { model, path: base } = await writeBase();
    const before = await readFile(join(base, 'model.safetensors'));
    const tensors = makeTensors(model);
    const { record, told } = await importOver(base, await writeAdapter(tensors));
    expect(record).toMatchObject({ name: 'both', architecture: 'llama', promptSet: 'workbook', plainPrompts: ['Q: '] });
    for (const [name, { data }] of await loadAll(record.path)) {
      const expected = merged(model.weights.get(name), tensors);
      expect(Math.max(...expected.map((value, at) => Math.abs(value - (data[at] ?? Number.NaN))))).toBeLessThan(2e-6);
    }
    const kept = await readAdapterFolder(record.adapterPath ?? '');
    expect(kept.tensors).toEqual(tensors);
    expect(await readFile(join(base, 'model.safetensors'))).toEqual(before);
    expect(told).toEqual([]);
  });

  it('is not kept where that is not wanted, and a warning tells of another name', async () => {
    const { model, path: base } = await writeBase();
    const path = await writeAdapter(makeTensors(model), { baseModelPath: 'org/other' });
    const { record, told } = await importOver(base, path, { keepAdapter: false });
    expect(record.adapterPath).toBeNull();
    expect(existsSync(join(folder, 'output/adapter'))).toBe(false);
    expect(told.join()).toContain('made for "org/other"');
    await expect(lookAt(path, base)).resolves.toMatchObject({
      kind: 'adapter',
      adapter: { rank: 2, alpha: 4, over: { baseName: 'base', newRows: 0, warnings: [told[0]] } },
    });
  });

  it('brings rows of tokens and whole tensors with it', async () => {
    const { model, path: base } = await writeBase();
    const rows = { name: `${EMBEDDING}.token_adapter.trainable_tokens_delta`, dims: [2, 16], data: filled(32, 0.25) };
    const norm = { name: 'base_model.model.model.norm.weight', dims: [16], data: filled(16, 3) };
    const path = await writeAdapter(makeTensors(model, [rows, norm]), {
      trainableTokenIndices: { embed_tokens: [5, 260] },
      modulesToSave: ['norm'],
    });
    const weights = await loadAll((await importOver(base, path)).record.path);
    const embedding = weights.get('model.embed_tokens.weight')?.data;
    expect(embedding?.subarray(5 * 16, 6 * 16)).toEqual(filled(16, 0.25));
    expect(embedding?.subarray(260 * 16, 261 * 16)).toEqual(filled(16, 0.25));
    expect(embedding?.subarray(6 * 16, 7 * 16)).toEqual(
      model.weights.get('model.embed_tokens.weight').data.subarray(96, 112),
    );
    expect(weights.get('model.norm.weight')?.data).toEqual(filled(16, 3));
  });

  it('makes the vocabulary grow by the rows of its own embedding, where it says what they mean', async () => {
    const { model, path: base } = await writeBase();
    const whole = { name: `${EMBEDDING}.weight`, dims: [280, 16], data: filled(280 * 16, 0.5) };
    const surfaces = Array.from({ length: 280 - 263 }, (_, i) => `<new${i}>`);
    const path = await writeAdapter(
      makeTensors(model, [whole]),
      { modulesToSave: ['embed_tokens'] },
      model.tokenizer.withAddedTokens(surfaces),
    );
    const { record } = await importOver(base, path);
    expect(record.vocabSize).toBe(280);
    const source = await openModel(record.path);
    expect(source.tokenizer.idOf('<new16>')).toBe(279);
    expect((await loadAll(record.path)).get('model.embed_tokens.weight')?.dims).toEqual([280, 16]);
  });
});

describe('an adapter is refused', () => {
  const grown = { name: `${EMBEDDING}.weight`, dims: [280, 16], data: filled(280 * 16, 0.5) };
  const head = { name: 'base_model.model.lm_head.weight', dims: [272, 16], data: filled(272 * 16, 0.5) };

  it.each([
    ['over a model of another width', { hiddenSize: 32 }, [], {}, 'adapter-base', /\[2, 16\] where \[2, 32\] belongs/],
    ['over a model of more layers', { numLayers: 3 }, [], {}, 'adapter-base', /one of its layers has no tensor/],
    ['with rows that nothing says the meaning of', {}, [grown], {}, 'adapter-base', /280 rows.*no tokenizer\.json/],
    [
      'with more rows at one end than at the other',
      { tieWordEmbeddings: false },
      [grown],
      {},
      'adapter-base',
      /embedding has 280 rows and its head 272/,
    ],
    ['with a head of its own over a tied model', {}, [head], {}, 'adapter-untied', /shares one matrix/],
    [
      'with a layer that no model of ours has',
      {},
      [],
      { targetModules: ['q_proj', 'c_attn'] },
      'adapter-base',
      /"c_attn"/,
    ],
    [
      'with tokens beyond the model',
      {},
      [],
      { trainableTokenIndices: { embed_tokens: [272] } },
      'adapter-base',
      /token 272/,
    ],
  ] as const)('%s', async (_, shape, more, config, code, message) => {
    const { model } = await writeBase();
    const { path: base } = await writeBase(shape, 'another');
    const path = await writeAdapter(makeTensors(model, more), config);
    await expect(importOver(base, path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      facts: { kept: expect.any(String), wayOut: expect.any(String), where: expect.stringMatching(/./) },
    });
    expect(existsSync(join(folder, 'output'))).toBe(false);
  });

  it('when its tokens mean other things than the model’s', async () => {
    const { model, path: base } = await writeBase();
    const files = model.tokenizer.toFiles();
    const path = await writeAdapter(makeTensors(model));
    // "a" and "b" have changed places.
    const swapped = (files['tokenizer.json'] ?? '').replace(/"([ab])":\s*(\d+)/g, (_, letter: string, id: string) =>
      letter === 'a' ? `"b": ${id}` : `"a": ${id}`,
    );
    expect(swapped).not.toBe(files['tokenizer.json']);
    await writeFile(join(path, 'tokenizer.json'), swapped);
    await expect(importOver(base, path)).rejects.toMatchObject({
      code: 'adapter-base',
      message: expect.stringMatching(/token \d+ is "[ab]" in its tokenizer and "[ab]" in the model's/),
    });
  });

  it('as a pickle, and without weights', async () => {
    const { model, path: base } = await writeBase();
    const path = await writeAdapter(makeTensors(model));
    await rm(join(path, 'adapter_model.safetensors'));
    await expect(importOver(base, path)).rejects.toMatchObject({ code: 'adapter-missing' });
    await writeFile(join(path, 'adapter_model.bin'), 'PK');
    await expect(importOver(base, path)).rejects.toMatchObject({ code: 'adapter-pickle' });
  });

  it('with a number that is none', async () => {
    const { model, path: base } = await writeBase();
    const path = await writeAdapter(makeTensors(model));
    const file = join(path, 'adapter_model.safetensors');
    const bytes = await readFile(file);
    bytes.writeFloatLE(Number.NaN, bytes.length - 4);
    await writeFile(file, bytes);
    await expect(importOver(base, path)).rejects.toMatchObject({ code: 'weights-not-finite' });
  });
});

function filled(length: number, value: number): Float32Array {
  return new Float32Array(length).fill(value);
}
