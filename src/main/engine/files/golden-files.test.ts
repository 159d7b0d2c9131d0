import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { elementCount, readSafetensors } from '@core/formats/safetensors';
import type { Parameter } from '@core/models/model-config';
import { FIXTURES, hasFixtures, MODELS, readJsonFixture } from '@core/testing/fixtures';
import type { ChatMessage } from '@core/tokenizer/tokenizer';
import { readAdapterFolder } from './adapter-folder';
import { readGguf } from './gguf-file';
import { describeModel } from './inspect-model';
import { readModelFolder } from './model-folder';
import type { ModelSource } from './model-source';

const NAMES = ['tiny-llama', 'tiny-llama-rope3', 'tiny-qwen2', 'tiny-qwen3'];

interface Golden {
  readonly cases: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly ids_without_specials?: readonly number[];
    readonly decoded: string;
  }[];
  readonly chats: readonly {
    readonly messages: readonly ChatMessage[];
    readonly add_generation_prompt: boolean;
    readonly ids: readonly number[];
  }[];
}

async function load(source: ModelSource): Promise<Map<string, Parameter>> {
  const weights = new Map<string, Parameter>();
  await source.loadInto((name, dims) => {
    const data = new Float32Array(elementCount(dims));
    weights.set(name, { name, dims, data });
    return data;
  });
  return weights;
}

const readTensors = async (path: string) => readSafetensors(new Uint8Array(await readFile(join(FIXTURES, path))), path);

function largestDifference(a: Float32Array, b: Float32Array | undefined): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b?.[i] ?? Number.NaN))), 0);
}

function checkTokenizer({ tokenizer }: ModelSource, golden: Golden): void {
  for (const { text, ids, ids_without_specials: plain = ids, decoded } of golden.cases) {
    expect([...tokenizer.encode(text, { specials: 'recognise', addBos: true })]).toEqual(ids);
    expect(tokenizer.decode(plain)).toBe(decoded);
  }
  for (const { messages, add_generation_prompt: addGenerationPrompt, ids } of golden.chats) {
    expect([...tokenizer.encodeChat(messages, { addGenerationPrompt })]).toEqual(ids);
  }
}

describe.runIf(hasFixtures)('folders that transformers wrote', () => {
  it.each(NAMES)('%s: every tensor as it is', async (name) => {
    const weights = await load(await readModelFolder(join(FIXTURES, 'models', name)));
    const golden = await readTensors(`models/${name}/model.safetensors`);
    expect([...weights.keys()].sort()).toEqual([...golden.keys()].sort());
    for (const [key, { dims, data }] of golden) expect(weights.get(key)).toEqual({ name: key, dims, data });
  });

  it('shards of bfloat16', async () => {
    const source = await readModelFolder(join(FIXTURES, 'models/tiny-llama-rope3-bf16'));
    const [weights, golden] = [await load(source), await readTensors('models/tiny-llama-rope3/model.safetensors')];
    expect(source.storedDtypes).toEqual(['BF16']);
    // bfloat16 keeps 8 bits of the number, so half a step is 2^-9 of it at most.
    for (const [key, { data }] of golden) {
      for (const [i, value] of data.entries())
        expect(Math.abs(value - (weights.get(key)?.data[i] ?? Number.NaN))).toBeLessThanOrEqual(
          2 ** -8 * Math.abs(value),
        );
    }
  });

  it.each(['tiny-llama', 'new-tokens', 'new-tokens-2', 'saved-modules'])('adapter %s', async (name) => {
    const { config, tensors } = await readAdapterFolder(join(FIXTURES, 'lora', name));
    const golden = await readTensors(`lora/${name}/adapter_model.safetensors`);
    expect(tensors.length).toBe(golden.size);
    for (const { name: key, dims, data } of tensors) expect(golden.get(key)).toEqual({ dims, data });
    expect(config.rank).toBeGreaterThan(0);
  });
});

describe.runIf(hasFixtures)('GGUF files that the gguf package wrote', () => {
  it.each(NAMES)('%s: configuration, tokenizer and weights of the Hugging Face folder', async (name) => {
    const [gguf, folder] = [
      await readGguf(join(FIXTURES, 'gguf', `${name}.f32.gguf`)),
      await readModelFolder(join(FIXTURES, 'models', name)),
    ];
    expect(gguf.config).toEqual(folder.config);
    // GGUF names one token that ends a text, generation_config.json may name several.
    expect(gguf.tokenizer.eosIds).toEqual(folder.tokenizer.eosIds.slice(0, 1));
    expect(await load(gguf)).toEqual(await load(folder));
    checkTokenizer(gguf, readJsonFixture<Golden>('models', name, 'expected/encode.json'));
  });

  it.each(['tiny-llama', 'tiny-qwen2'])('%s: every block format, rows put back in order', async (name) => {
    const weights = await load(await readGguf(join(FIXTURES, 'gguf', `${name}.mixed.gguf`)));
    let compared = 0;
    for (const [key, { dims, data }] of await readTensors(`gguf/${name}.mixed.expected.safetensors`)) {
      if (!key.startsWith('weights.')) continue;
      const mine = weights.get(key.slice('weights.'.length));
      expect(mine?.dims).toEqual(dims);
      expect(largestDifference(data, mine?.data)).toBeLessThan(1e-6);
      compared++;
    }
    expect(compared).toBeGreaterThan(8);
  });

  it('SmolLM2: what it is, and its ids', async () => {
    const source = await readGguf(join(MODELS, 'smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf'));
    expect(describeModel(source)).toMatchObject({
      architecture: 'llama',
      parameterCount: 134_515_008,
      vocabSize: 49_152,
      tokenizerSize: 49_152,
      spareRows: 0,
      hasChatTemplate: true,
      tieWordEmbeddings: true,
      storedDtypes: ['Q4_1', 'Q8_0', 'F32'],
    });
    checkTokenizer(source, readJsonFixture<Golden>('smollm2/expected/encode.json'));
  });
});
