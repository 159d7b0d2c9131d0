import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '@core/random/rng';
import { FIXTURES, hasFixtures, listFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import {
  countWeights,
  largestDistance,
  loadGoldenModel,
  readGoldenRows,
  relativeDistance,
} from './testing/golden-models';

interface AdapterConfig {
  readonly base_model_name_or_path: string;
  readonly r: number;
  readonly lora_alpha: number;
  readonly use_rslora?: boolean;
  readonly target_modules: string[];
  readonly modules_to_save: string[] | null;
  readonly trainable_token_indices: Record<string, number[]> | null;
}
interface AdamWFile {
  readonly steps: {
    readonly f64: { readonly loss: number; readonly grad_norm: number; readonly clip_scale: number }[];
  };
}

const adapters = listFixtures('lora', 'adapter_config.json');
const executor = new OrtExecutor();
const WEIGHT_OF: Readonly<Record<string, string>> = {
  embed_tokens: 'model.embed_tokens.weight',
  lm_head: 'lm_head.weight',
};

async function openAdapter(name: string) {
  const adapter = readJsonFixture<AdapterConfig>('lora', name, 'adapter_config.json');
  const base = relative(FIXTURES, join(FIXTURES, 'lora', name, adapter.base_model_name_or_path));
  const { config, store } = loadGoldenModel(base);
  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode: {
      kind: 'lora',
      rank: adapter.r,
      alpha: adapter.lora_alpha,
      rankStabilised: adapter.use_rslora ?? false,
      targets: adapter.target_modules,
      rng: createRng(1),
      trainableRows: adapter.trainable_token_indices?.['embed_tokens'] ?? [],
      wholeWeights: (adapter.modules_to_save ?? []).map((module) => WEIGHT_OF[module] ?? module),
    },
    maxTokensPerMicroBatch: 4096,
  });
  await trainer.loadAdapter([...readTensorFixture('lora', name, 'adapter_model.safetensors').values()]);
  return { config, store, trainer, rows: readGoldenRows(base) };
}

/** Name of a trainer's tensor in the adapter file. */
function fileName(tensor: string): string {
  const module = tensor.replace(/(\.weight)?(#.*)?$/, '');
  if (tensor.endsWith('#A')) return `base_model.model.${module}.lora_A.weight`;
  if (tensor.endsWith('#B')) return `base_model.model.${module}.lora_B.weight`;
  if (tensor.endsWith('#rows')) return `base_model.model.${module}.token_adapter.trainable_tokens_delta`;
  return `base_model.model.${tensor}`;
}

it.skipIf(!hasFixtures)('finds adapters to check', () => expect(adapters.length).toBeGreaterThan(0));

describe.each(adapters)('the golden numbers of the adapter %s', (name) => {
  it('gives the logits of the adapted model from merged weights', async () => {
    const { config, trainer, store, rows } = await openAdapter(name);
    const expected = readTensorFixture('lora', name, 'expected', 'logits.safetensors').get('adapter.f64');
    const logits = await trainer.forwardLogits(rows.map((row) => row.ids));
    const length = expected?.dims[1] ?? 0;
    logits.forEach((own, row) => {
      const start = row * length * config.vocabSize;
      expect(largestDistance(own, expected?.data.subarray(start, start + own.length) ?? [])).toBeLessThan(2e-4);
    });
    for (const [tensor, { data }] of readTensorFixture('lora', name, 'expected', 'merged.safetensors')) {
      if (store.has(tensor)) expect(largestDistance(store.get(tensor).data, data)).toBeLessThan(5e-7);
    }
    await trainer.dispose();
  });

  it('gives back the adapter it was given, by the same names', async () => {
    const { trainer } = await openAdapter(name);
    const file = readTensorFixture('lora', name, 'adapter_model.safetensors');
    const own = trainer.adapter();
    expect(own.map((tensor) => tensor.name).sort()).toEqual([...file.keys()].sort());
    for (const { name: tensor, data, dims } of own)
      expect({ tensor, dims, data: [...data] }).toEqual({
        tensor,
        dims: file.get(tensor)?.dims,
        data: [...(file.get(tensor)?.data ?? [])],
      });
    await trainer.dispose();
  });

  it('gives the gradient of every trainable tensor', async () => {
    const { trainer, rows } = await openAdapter(name);
    const expected = readTensorFixture('lora', name, 'expected', 'grads.f64.safetensors');
    await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
    const gradients = trainer.gradients();
    expect(gradients.map((gradient) => fileName(gradient.name)).sort()).toEqual([...expected.keys()].sort());
    for (const { name: tensor, data } of gradients) {
      const reference = expected.get(fileName(tensor))?.data ?? new Float32Array(0);
      // Learning rows have one waste row at the end.
      expect({ tensor, close: relativeDistance(data.subarray(0, reference.length), reference) < 3e-5 }).toEqual({
        tensor,
        close: true,
      });
    }
    await trainer.dispose();
  });

  it('takes two AdamW steps and goes on from a saved state with the same numbers', async () => {
    const { trainer, rows } = await openAdapter(name);
    const { steps } = readJsonFixture<AdamWFile>('lora', name, 'expected', 'adamw.json');
    let resumed = trainer;
    for (const [index, expected] of steps.f64.entries()) {
      if (index === 1) {
        const state = trainer.save();
        const copy = {
          step: state.step,
          tensors: state.tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })),
        };
        ({ trainer: resumed } = await openAdapter(name));
        await resumed.restore(copy);
      }
      const { loss } = await resumed.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
      const { gradNorm, clipScale } = await resumed.step({
        learningRate: 1e-3,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-8,
        weightDecay: 0.1,
        decay: 'all',
        clipNorm: 1,
      });
      expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-5);
      expect(Math.abs(gradNorm / expected.grad_norm - 1)).toBeLessThan(1e-5);
      expect(Math.abs(clipScale / expected.clip_scale - 1)).toBeLessThan(1e-5);
    }
    const expected = readTensorFixture('lora', name, 'expected', 'adamw.f64.safetensors');
    for (const { name: tensor, data } of resumed.adapter())
      expect({ tensor, close: largestDistance(data, expected.get(tensor)?.data ?? []) < 1e-4 }).toEqual({
        tensor,
        close: true,
      });
    await resumed.dispose();
  });
});
