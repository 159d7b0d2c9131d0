import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CancelledError, WorkbenchError } from '@core/errors';
import { elementCount, writeSafetensors } from '@core/formats/safetensors';
import { buildGguf } from '@core/formats/testing/gguf-bytes';
import type { Parameter } from '@core/models/model-config';
import { unpairRow } from '@core/models/gguf-model';
import { bytesToAlphabet } from '@core/tokenizer/byte-alphabet';
import { readAdapterFolder, writeAdapterFolder, type Adapter } from './adapter-folder';
import { inspectModel } from './inspect-model';
import { readModelFolder } from './model-folder';
import type { ModelSource } from './model-source';
import { openModel } from './open-model';
import { TINY_CONFIG, tinyModel, type TinyWeights } from './testing/tiny-model';
import { writeModelFolder } from './write-model-folder';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'workbench-files-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function load(source: ModelSource): Promise<Map<string, Parameter>> {
  const weights = new Map<string, Parameter>();
  await source.loadInto((name, dims) => {
    const data = new Float32Array(elementCount(dims));
    weights.set(name, { name, dims, data });
    return data;
  });
  return weights;
}

async function codeOf(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    return error instanceof WorkbenchError ? error.code : `not a WorkbenchError: ${String(error)}`;
  }
  return 'accepted';
}

/** A tiny model on disk, changed in one place: a function of its parts, files by name, or null for a file taken away. */
async function writeChanged(
  change: (config: Record<string, unknown>, weights: TinyWeights) => void,
  files: Readonly<Record<string, string | Uint8Array | null>> = {},
): Promise<string> {
  const model = tinyModel();
  const rawConfig: Record<string, unknown> = { ...model.rawConfig };
  change(rawConfig, model.weights);
  const target = join(folder, 'm');
  await mkdir(target);
  const texts = { ...model.tokenizer.toFiles(), 'config.json': JSON.stringify(rawConfig) };
  const all: Record<string, string | Uint8Array | null> = {
    ...texts,
    'model.safetensors': writeSafetensors(model.weights.parameters.values()),
    ...files,
  };
  for (const [name, content] of Object.entries(all)) if (content !== null) await writeFile(join(target, name), content);
  return target;
}
const asItIs = () => undefined;

/** The tiny model's weights, every one of them called an integer. */
function integerWeights(): Uint8Array {
  const bytes = writeSafetensors(tinyModel().weights.parameters.values());
  const text = new TextDecoder('latin1').decode(bytes).replaceAll('"F32"', '"I32"');
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}

describe('writeModelFolder and readModelFolder', () => {
  it.each([
    ['a tied Llama', {}],
    ['an untied Qwen2 with biases', { architecture: 'qwen2', qkvBias: true, tieWordEmbeddings: false }],
    ['a Qwen3 with norms on its heads', { architecture: 'qwen3', qkNorm: true, headDim: 6 }],
    ['a Mistral', { architecture: 'mistral' }],
    [
      'a Llama 3 with stretched positions',
      { ropeScaling: { kind: 'llama3', factor: 8, lowFreqFactor: 1, highFreqFactor: 4, originalMaxPositions: 64 } },
    ],
  ] as const)('%s comes back as it was', async (_, change) => {
    const model = tinyModel(change);
    await writeModelFolder(join(folder, 'm'), model);
    const source = await readModelFolder(join(folder, 'm'));
    expect(source.config).toEqual(model.config);
    expect(await load(source)).toEqual(model.weights.parameters);
    expect(source.tokenizer.encode('the 12')).toEqual(model.tokenizer.encode('the 12'));
    expect(source.storedDtypes).toEqual(['F32']);
    expect(source.parameterCount).toBe(
      [...model.weights.parameters.values()].reduce((sum, { data }) => sum + data.length, 0),
    );
  });

  it.each([
    ['F16', 2 ** -11],
    ['BF16', 2 ** -8],
  ] as const)('rounds to %s in shards of at most so many bytes', async (dtype, relative) => {
    const model = tinyModel();
    await writeModelFolder(join(folder, 'm'), { ...model, dtype, maxShardBytes: 3000 });
    const shards = (await readdir(join(folder, 'm'))).filter((name) => name.endsWith('.safetensors'));
    expect(shards.length).toBeGreaterThan(2);
    expect(shards).toContain(`model-00001-of-0000${shards.length}.safetensors`);
    const source = await readModelFolder(join(folder, 'm'));
    expect(source.storedDtypes).toEqual([dtype]);
    for (const [name, { data }] of await load(source)) {
      const want = model.weights.get(name).data;
      // Below 2^-14 F16 has fixed steps of 2^-24.
      for (const [i, value] of data.entries())
        expect(Math.abs(value - (want[i] ?? 0))).toBeLessThanOrEqual(relative * Math.abs(want[i] ?? 0) + 2 ** -25);
    }
  });

  it('says what the model holds from its headers alone', async () => {
    await writeModelFolder(join(folder, 'my-model'), tinyModel());
    expect(await inspectModel(join(folder, 'my-model'))).toMatchObject({
      suggestedName: 'my-model',
      architecture: 'llama',
      tokenizerSize: 263,
      vocabSize: 272,
      spareRows: 9,
      hasChatTemplate: true,
      hasFunctionalTokens: false,
      warnings: [],
    });
    expect((await openModel(join(folder, 'my-model/model.safetensors'))).path).toBe(join(folder, 'my-model'));
    expect((await openModel(join(folder, 'my-model/config.json'))).path).toBe(join(folder, 'my-model'));
  });

  it('keeps keys of config.json that it does not know, and drops how the original was stored', async () => {
    const model = tinyModel();
    await writeModelFolder(join(folder, 'm'), {
      ...model,
      rawConfig: { ...model.rawConfig, some_new_key: 7, quantization_config: {}, torch_dtype: 'bfloat16' },
    });
    const written = JSON.parse(await readFile(join(folder, 'm/config.json'), 'utf8')) as Record<string, unknown>;
    expect(written).toMatchObject({ some_new_key: 7, torch_dtype: 'float32', architectures: ['LlamaForCausalLM'] });
    expect(written).not.toHaveProperty('quantization_config');
  });

  it('reads into memory that has room for more rows', async () => {
    const model = tinyModel();
    await writeModelFolder(join(folder, 'm'), model);
    const rows = new Float32Array(300 * 16).fill(9);
    const source = await readModelFolder(join(folder, 'm'));
    await source.loadInto((name, dims) =>
      name === 'model.embed_tokens.weight' ? rows : new Float32Array(elementCount(dims)),
    );
    expect(rows.subarray(0, 272 * 16)).toEqual(model.weights.get('model.embed_tokens.weight').data);
    expect(rows.subarray(272 * 16).every((value) => value === 9)).toBe(true);
  });

  it('stops between tensors when asked to', async () => {
    await writeModelFolder(join(folder, 'm'), tinyModel());
    const source = await readModelFolder(join(folder, 'm'));
    let loaded = 0;
    const cancel = {
      get aborted() {
        return loaded >= 3;
      },
      throwIfAborted() {
        if (loaded >= 3) throw new CancelledError();
      },
    };
    const counting = source.loadInto((_, dims) => new Float32Array(elementCount(dims)), {
      cancel,
      onProgress: () => void loaded++,
    });
    await expect(counting).rejects.toThrow(CancelledError);
    expect(loaded).toBe(3);
  });
});

describe('a folder appears as a whole or not at all', () => {
  it('leaves the old one where it was when writing fails, and nothing beside it', async () => {
    const model = tinyModel();
    const target = join(folder, 'm');
    await writeModelFolder(target, model);
    const before = await readFile(join(target, 'model.safetensors'));
    expect(await codeOf(() => writeModelFolder(target, model))).toBe('folder-exists');
    const norm = model.weights.get('model.norm.weight').data;
    norm[3] = Number.NaN;
    expect(await codeOf(() => writeModelFolder(target, model, { replace: true }))).toBe('weights-not-finite');
    expect(await readdir(folder)).toEqual(['m']);
    expect(await readFile(join(target, 'model.safetensors'))).toEqual(before);
    norm[3] = 7;
    await writeModelFolder(target, model, { replace: true });
    expect((await load(await readModelFolder(target))).get('model.norm.weight')?.data[3]).toBe(7);
    expect(await readdir(folder)).toEqual(['m']);
  });

  it('refuses numbers that F16 cannot hold', async () => {
    const model = tinyModel();
    model.weights.get('model.norm.weight').data[0] = 70_000;
    expect(await codeOf(() => writeModelFolder(join(folder, 'm'), { ...model, dtype: 'F16' }))).toBe(
      'float16-overflow',
    );
    expect(await readdir(folder)).toEqual([]);
  });

  it('says so when it may not write there', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(await codeOf(() => writeModelFolder(join(folder, 'file/m'), tinyModel()))).toBe('folder-unwritable');
  });
});

describe('adapters', () => {
  const adapter: Adapter = {
    config: {
      rank: 2,
      alpha: 4,
      rankStabilised: true,
      dropout: 0.05,
      targetModules: ['q_proj', 'v_proj'],
      layers: null,
      trainableTokenIndices: { embed_tokens: [263, 264] },
      modulesToSave: null,
      tiesSavedModules: false,
      baseModelPath: '../base',
    },
    tensors: [
      {
        name: 'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
        dims: [2, 16],
        data: new Float32Array(32).fill(0.5),
      },
      {
        name: 'base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta',
        dims: [2, 16],
        data: new Float32Array(32).fill(-1),
      },
    ],
  };

  it('come back as they were', async () => {
    await writeAdapterFolder(join(folder, 'a'), adapter);
    expect(await readAdapterFolder(join(folder, 'a'))).toEqual(adapter);
  });

  it.each([['use_dora'], ['fan_in_fan_out']])('refuses %s', async (key) => {
    await writeAdapterFolder(join(folder, 'a'), adapter);
    const path = join(folder, 'a/adapter_config.json');
    await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), [key]: true }));
    expect(await codeOf(() => readAdapterFolder(join(folder, 'a')))).toBe('adapter-feature');
  });
});

describe('an adapter beside its base', () => {
  const base = { config: tinyModel().config, name: 'tiny' };
  const pairs = (layers: number, rank: number, width: number) =>
    Array.from({ length: layers }, (_, layer) =>
      (['lora_A', 'lora_B'] as const).map((part) => {
        const dims = part === 'lora_A' ? [rank, width] : [16, rank];
        const name = `base_model.model.model.layers.${layer}.self_attn.q_proj.${part}.weight`;
        return { name, dims, data: new Float32Array(dims[0]! * dims[1]!) };
      }),
    ).flat();
  const made = (change: Partial<Adapter['config']>, tensors: Adapter['tensors']): Adapter => ({
    config: {
      rank: 2,
      alpha: 4,
      dropout: 0,
      rankStabilised: false,
      tiesSavedModules: false,
      targetModules: ['q_proj'],
      layers: null,
      trainableTokenIndices: null,
      modulesToSave: null,
      baseModelPath: 'org/other',
      ...change,
    },
    tensors,
  });
  const readBack = async (adapter: Adapter) => {
    await writeAdapterFolder(join(folder, 'a'), adapter, { replace: true });
    return readAdapterFolder(join(folder, 'a'), base);
  };

  it('is taken where names and shapes fit', async () => {
    const adapter = made({}, pairs(2, 2, 16));
    expect(await readBack(adapter)).toEqual(adapter);
  });

  it.each([
    ['another width', made({}, pairs(2, 2, 24)), /\[2, 24\] where \[2, 16\] belongs.*"org\/other"/],
    ['more layers', made({}, pairs(3, 2, 16)), /a tensor for something that the model lacks/],
    ['fewer layers', made({}, pairs(1, 2, 16)), /one of its layers has no tensor/],
    ['another rank than it says', made({ rank: 3 }, pairs(2, 2, 16)), /\[2, 16\] where \[3, 16\] belongs/],
    ['layers of another family', made({ targetModules: ['c_attn'] }, pairs(2, 2, 16)), /"c_attn"/],
    [
      'tokens beyond the vocabulary',
      made({ trainableTokenIndices: { embed_tokens: [5000] } }, [
        ...pairs(2, 2, 16),
        {
          name: 'base_model.model.model.embed_tokens.token_adapter.trainable_tokens_delta',
          dims: [1, 16],
          data: new Float32Array(16),
        },
      ]),
      /token 5000/,
    ],
  ])('is refused with %s', async (_, adapter, message) => {
    await expect(readBack(adapter)).rejects.toMatchObject({
      code: 'adapter-base',
      message: expect.stringMatching(message),
    });
  });

  it.each([
    [{ peft_type: 'PREFIX_TUNING' }, 'adapter-feature'],
    [{ peft_type: 7 }, 'json-value'],
    [{ r: 0 }, 'json-value'],
    [{ target_modules: '.*_proj' }, 'adapter-feature'],
    [{ target_modules: 7 }, 'json-value'],
    [{ layers_to_transform: [5] }, 'adapter-base'],
    [{ layers_to_transform: 1 }, 'adapter-base'],
    [{ exclude_modules: ['q_proj'] }, 'adapter-feature'],
    [{ exclude_modules: [] }, 'accepted'],
    [{ rank_pattern: { q_proj: 4 } }, 'adapter-feature'],
    [{ lora_alpha: 'much' }, 'json-value'],
  ])('is refused with %o in its configuration', async (change, code) => {
    await writeAdapterFolder(join(folder, 'a'), made({}, pairs(2, 2, 16)));
    const path = join(folder, 'a/adapter_config.json');
    await writeFile(path, JSON.stringify({ ...(JSON.parse(await readFile(path, 'utf8')) as object), ...change }));
    expect(await codeOf(() => readAdapterFolder(join(folder, 'a'), base))).toBe(code);
  });
});

describe('refusals', () => {
  it('accepts the folder before it is changed', async () => {
    const target = await writeChanged(asItIs);
    expect(await codeOf(() => inspectModel(target))).toBe('accepted');
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
      (config: Record<string, unknown>) => (config['intermediate_size'] = 32),
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
      asItIs,
      { 'tokenizer.json': JSON.stringify({ model: { type: 'WordLevel', vocab: { a: 500 } } }) },
      'tokenizer-too-large',
    ],
    ['no config.json', asItIs, { 'config.json': null }, 'config-missing'],
    ['no tokenizer.json', asItIs, { 'tokenizer.json': null }, 'tokenizer-missing'],
    ['no weights', asItIs, { 'model.safetensors': null }, 'weights-missing'],
    [
      'two weight files and no index',
      asItIs,
      { 'model.safetensors': null, 'a.safetensors': '', 'b.safetensors': '' },
      'weights-missing',
    ],
    [
      'only a pickle',
      asItIs,
      { 'model.safetensors': null, 'pytorch_model.bin': 'PK\u0003\u0004archive/data.pkl' },
      'pickle-refused',
    ],
    [
      'a pickle by another name',
      asItIs,
      { 'model.safetensors': Uint8Array.of(0x80, 2, 0x63, 0x6f, 0x73, 0x0a, 0x73, 0x79, 0x73) },
      'pickle-refused',
    ],
    [
      'a Git LFS pointer',
      asItIs,
      { 'model.safetensors': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n' },
      'lfs-pointer',
    ],
    [
      'a missing shard',
      asItIs,
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: 'model-00001-of-00002.safetensors' } }) },
      'shard-missing',
    ],
    [
      'an index that leaves the folder',
      asItIs,
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { a: '../x.safetensors' } }) },
      'json-value',
    ],
    [
      'an index that lies',
      asItIs,
      { 'model.safetensors.index.json': JSON.stringify({ weight_map: { strange: 'model.safetensors' } }) },
      'shard-index',
    ],
    [
      'two shards with the same tensor',
      asItIs,
      {
        'model.safetensors': null,
        'a.safetensors': writeSafetensors([{ name: 'x', dims: [1], data: new Float32Array(1) }]),
        'b.safetensors': writeSafetensors([{ name: 'x', dims: [1], data: new Float32Array(1) }]),
        'model.safetensors.index.json': JSON.stringify({ weight_map: { x: 'a.safetensors', y: 'b.safetensors' } }),
      },
      'shard-repeated',
    ],
    ['an index that is no JSON', asItIs, { 'model.safetensors.index.json': '{"weight_map": ' }, 'json-syntax'],
    ['an index without a map', asItIs, { 'model.safetensors.index.json': '{}' }, 'json-value'],
    ['integers as weights', asItIs, { 'model.safetensors': integerWeights() }, 'safetensors-dtype'],
    [
      'quantised weights',
      (config: Record<string, unknown>) => (config['quantization_config'] = { quant_method: 'gptq', bits: 4 }),
      {},
      'model-quantised',
    ],
    ['a config.json that is a list', asItIs, { 'config.json': '[]' }, 'json-value'],
    ['a config.json that is no JSON', asItIs, { 'config.json': 'model_type: llama' }, 'json-syntax'],
    [
      'two tokens of one id',
      asItIs,
      { 'tokenizer.json': JSON.stringify({ model: { type: 'WordLevel', vocab: { a: 1, b: 1 } } }) },
      'json-value',
    ],
    [
      'an id that no tokenizer has',
      asItIs,
      { 'tokenizer.json': JSON.stringify({ model: { type: 'WordLevel', vocab: { a: 1e9 } } }) },
      'json-value',
    ],
    [
      'a tokenizer of an unknown kind',
      asItIs,
      { 'tokenizer.json': JSON.stringify({ model: { type: 'Unigram', vocab: [] } }) },
      'json-unsupported',
    ],
    [
      'an adapter alone',
      asItIs,
      { 'config.json': null, 'adapter_config.json': JSON.stringify({ base_model_name_or_path: 'org/base' }) },
      'adapter-alone',
    ],
    ['an empty weight file', asItIs, { 'model.safetensors': new Uint8Array(0) }, 'safetensors-truncated'],
  ])('says what is wrong: %s', async (_, change, files, code) => {
    const target = await writeChanged(change, files);
    expect(await codeOf(() => inspectModel(target))).toBe(code);
  });

  it.each([Number.NaN, Infinity])('finds %f when weights are loaded', async (value) => {
    const target = await writeChanged((_, weights) => weights.get('model.norm.weight').data.fill(value, 5, 8));
    await expect(load(await readModelFolder(target))).rejects.toThrow(
      `Tensor "model.norm.weight" holds ${value} at position 5, and 2 more such numbers.`,
    );
  });

  it('says so when a file was cut short after it was opened', async () => {
    const target = await writeChanged(asItIs);
    const source = await readModelFolder(target);
    const bytes = await readFile(join(target, 'model.safetensors'));
    await writeFile(join(target, 'model.safetensors'), bytes.subarray(0, bytes.length - 100));
    expect(await codeOf(() => load(source))).toBe('file-truncated');
  });

  it('refuses a path that is not there, and a file that is no model', async () => {
    expect(await codeOf(() => inspectModel(join(folder, 'nowhere')))).toBe('file-missing');
    await writeFile(join(folder, 'notes.txt'), 'hello, this is no model at all');
    expect(await codeOf(() => inspectModel(join(folder, 'notes.txt')))).toBe('safetensors-kind');
  });

  it('reads files whose header length looks like a pickle', async () => {
    // 640 = 0x0280, little-endian 80 02: the first bytes of a pickle of protocol 2.
    const target = await writeChanged(asItIs, {
      'model.safetensors': padHeaderTo(writeSafetensors(tinyModel().weights.parameters.values())),
    });
    expect((await readFile(join(target, 'model.safetensors')))[0]).toBe(0x80);
    expect(await codeOf(() => inspectModel(target))).toBe('accepted');
  });
});

describe('GGUF', () => {
  const model = tinyModel();
  const { numHeads, numKvHeads } = TINY_CONFIG;
  const NAMES: readonly (readonly [RegExp, string, number])[] = [
    [/^model\.embed_tokens\.weight$/, 'token_embd.weight', 0],
    [/^model\.norm\.weight$/, 'output_norm.weight', 0],
    [/^model\.layers\.(\d)\.input_layernorm\.weight$/, 'blk.$1.attn_norm.weight', 0],
    [/^model\.layers\.(\d)\.post_attention_layernorm\.weight$/, 'blk.$1.ffn_norm.weight', 0],
    [/^model\.layers\.(\d)\.self_attn\.q_proj\.weight$/, 'blk.$1.attn_q.weight', numHeads],
    [/^model\.layers\.(\d)\.self_attn\.k_proj\.weight$/, 'blk.$1.attn_k.weight', numKvHeads],
    [/^model\.layers\.(\d)\.self_attn\.v_proj\.weight$/, 'blk.$1.attn_v.weight', 0],
    [/^model\.layers\.(\d)\.self_attn\.o_proj\.weight$/, 'blk.$1.attn_output.weight', 0],
    [/^model\.layers\.(\d)\.mlp\.(gate|up|down)_proj\.weight$/, 'blk.$1.ffn_$2.weight', 0],
  ];
  /** The tiny model as llama.cpp's converter writes it: other names, rows of q and k in pairs. */
  const tensors = [...model.weights.parameters.values()].map(({ name, dims, data }) => {
    const [pattern, replacement, heads] = NAMES.find(([candidate]) => candidate.test(name)) ?? [/$/, '', 0];
    const [rows = 1, width = 1] = dims;
    const paired = data.slice();
    if (heads > 0)
      for (let row = 0; row < rows; row++)
        paired.set(
          data.subarray(unpairRow(row, rows, heads) * width, (unpairRow(row, rows, heads) + 1) * width),
          row * width,
        );
    return { name: name.replace(pattern, replacement), dims, data: paired };
  });
  const bytes256 = Array.from({ length: 256 }, (_, byte) => bytesToAlphabet(Uint8Array.of(byte)));
  const tokens = [...bytes256, 'th', 'the', 'Ġthe', '12', '<|endoftext|>', '<|im_start|>', '<|im_end|>'];
  const entries = (change: Readonly<Record<string, string | number>> = {}) =>
    Object.entries({
      'general.architecture': 'llama',
      'llama.embedding_length': 16,
      'llama.block_count': 2,
      'llama.feed_forward_length': 24,
      'llama.attention.head_count': 4,
      'llama.attention.head_count_kv': 2,
      'llama.attention.layer_norm_rms_epsilon': 1e-5,
      'llama.rope.freq_base': 10_000,
      'llama.context_length': 128,
      'tokenizer.ggml.model': 'gpt2',
      'tokenizer.ggml.pre': 'gpt-2',
      'tokenizer.ggml.tokens': [...tokens, ...Array.from({ length: 9 }, (_, i) => `[PAD${i}]`)],
      'tokenizer.ggml.token_type': [...tokens.map((_, i) => (i < 260 ? 1 : 3)), ...Array.from({ length: 9 }, () => 5)],
      'tokenizer.ggml.merges': ['t h', 'th e', 'Ġ the', '1 2'],
      'tokenizer.ggml.eos_token_id': 262,
      'tokenizer.ggml.padding_token_id': 260,
      ...change,
    });
  const write = async (bytes: Uint8Array) => {
    await writeFile(join(folder, 'm.gguf'), bytes);
    return join(folder, 'm.gguf');
  };

  it('comes without the offset that the converter adds to the norms of a Gemma', async () => {
    const traits = { architecture: 'gemma', activation: 'geluTanh', normOffset: 1, scaledEmbeddings: true } as const;
    const gemma = tinyModel(traits);
    const written = [...gemma.weights.parameters.values()].map(({ name, dims, data }) => {
      const [pattern, replacement] = NAMES.find(([candidate]) => candidate.test(name)) ?? [/$/, ''];
      const stored = /norm\.weight/.test(name) ? data.map((value) => Math.fround(value + 1)) : data;
      return { name: name.replace(pattern, replacement), dims, data: stored };
    });
    const named = entries({ 'general.architecture': 'gemma' }).map(
      ([key, value]) => [key.replace(/^llama\./, 'gemma.'), value] as const,
    );
    const source = await openModel(await write(buildGguf(named, written)));
    expect(source.config).toEqual(gemma.config);
    for (const [name, { data }] of await load(source)) {
      const want = gemma.weights.get(name).data;
      data.forEach((value, i) => expect(Math.abs(value - (want[i] ?? 0))).toBeLessThan(1e-7));
    }
  });

  it('comes as the Hugging Face folder of the same model', async () => {
    const source = await openModel(await write(buildGguf(entries(), tensors)));
    expect(source.config).toEqual(model.config);
    expect(await load(source)).toEqual(model.weights.parameters);
    expect(source.tokenizer.encode('the 112 <|im_end|>', { specials: 'recognise' })).toEqual(
      model.tokenizer.encode('the 112 <|im_end|>', { specials: 'recognise' }),
    );
    expect([source.tokenizer.size, source.tokenizer.eosIds, source.tokenizer.padId]).toEqual([263, [262], 260]);
    // And as a folder again.
    await writeModelFolder(join(folder, 'again'), { ...source, weights: model.weights });
    expect((await readModelFolder(join(folder, 'again'))).config).toEqual(model.config);
  });

  it.each([
    ['an unknown pre-tokenizer', { 'tokenizer.ggml.pre': 'martian' }, 'gguf-tokenizer'],
    ['an unknown tokenizer', { 'tokenizer.ggml.model': 'bert' }, 'gguf-tokenizer'],
    ['other heads than the weights have', { 'llama.attention.head_count_kv': 4 }, 'tensor-shape'],
    [
      'stretched positions of another kind',
      { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 },
      'model-feature',
    ],
    ['one part of several', { 'split.count': 2 }, 'gguf-split'],
  ])('refuses %s', async (_, change, code) => {
    const path = await write(buildGguf(entries(change), tensors));
    expect(await codeOf(() => inspectModel(path))).toBe(code);
  });

  it('refuses a file without the key for an architecture', async () => {
    const path = await write(buildGguf([['general.name', 'x']], tensors));
    expect(await codeOf(() => inspectModel(path))).toBe('gguf-metadata');
  });
});

/** The same file with spaces behind its header until the length ends in 80 02 (a multiple of 65,536 and 640 more). */
function padHeaderTo(bytes: Uint8Array): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const padded = Math.ceil((length - 640) / 65_536) * 65_536 + 640;
  const out = new Uint8Array(bytes.length + padded - length).fill(0x20, 8, 8 + padded);
  new DataView(out.buffer).setBigUint64(0, BigInt(padded), true);
  out.set(bytes.subarray(8, 8 + length), 8);
  out.set(bytes.subarray(8 + length), 8 + padded);
  return out;
}
