import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkbenchError } from '@core/errors';
import { EMBEDDING, HEAD } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import type { TrainingRow } from '@core/train/micro-batches';
import { createTrainer, type StepOptions, type Trainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { largestDistance } from './testing/golden-models';
import { makeTinyModel, TINY_CONFIG } from './testing/tiny-model';
import type { WeightStore } from './weight-store';

// Two threads: exact repetition must not hang on there being one.
const executor = new OrtExecutor({ threads: 2 });
const STEP: StepOptions = {
  learningRate: 3e-3,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  decay: 'matrices',
  clipNorm: 1,
};
const NLL = (normaliser: number) => ({ kind: 'nll', normaliser }) as const;

function randomRow(length: number, seed: number): TrainingRow {
  const rng = createRng(seed);
  return {
    ids: Int32Array.from({ length }, () => rng.integer(TINY_CONFIG.vocabSize)),
    weights: new Float32Array(length).fill(1),
  };
}

async function open(
  mode: TrainingMode = { kind: 'full' },
  options: { store?: WeightStore; tied?: boolean; maxTokens?: number } = {},
) {
  const config = { ...TINY_CONFIG, tieWordEmbeddings: options.tied ?? true };
  const store = options.store ?? makeTinyModel(config);
  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode,
    maxTokensPerMicroBatch: options.maxTokens ?? 2048,
  });
  return { store, trainer };
}

const snapshot = (store: WeightStore) => new Map(store.names.map((name) => [name, store.get(name).data.slice()]));

describe('Trainer', () => {
  it('learns to copy: loss from ln 20 to nearly nothing in 100 steps', async () => {
    const { trainer } = await open();
    const rng = createRng('copy');
    // Six random letters, a separator, the same letters again; only the copy counts.
    const makeRow = (): TrainingRow => {
      const letters = Array.from({ length: 6 }, () => 1 + rng.integer(TINY_CONFIG.vocabSize - 1));
      return { ids: [...letters, 0, ...letters], weights: [...letters.map(() => 0), 0, ...letters.map(() => 1)] };
    };
    const losses: number[] = [];
    for (let step = 0; step < 100; step++) {
      const rows = Array.from({ length: 32 }, makeRow);
      losses.push((await trainer.accumulate(rows, NLL(32 * 6))).loss);
      await trainer.step({ ...STEP, learningRate: 1e-2 });
    }
    expect(losses[0]).toBeGreaterThan(2.7);
    expect(losses.at(-1)).toBeLessThan(0.3);
    await trainer.dispose();
  });

  it('gives rows of every length the log-probabilities of their logits, whatever the runs and the padding', async () => {
    const { trainer } = await open({ kind: 'full' }, { maxTokens: 700 });
    const rows = [5, 33, 127, 130, 200, 300, 598, 600].map((length) => randomRow(length, length));
    const [logProbs, logits] = [await trainer.logProbs(rows), await trainer.forwardLogits(rows.map((row) => row.ids))];
    rows.forEach(({ ids }, row) => {
      const size = TINY_CONFIG.vocabSize;
      const expected = Array.from({ length: ids.length }, (_, token) => {
        if (token === 0) return 0;
        const scores = [...(logits[row]?.subarray((token - 1) * size, token * size) ?? [])];
        return (scores[ids[token] ?? 0] ?? 0) - Math.log(scores.reduce((total, score) => total + Math.exp(score), 0));
      });
      expect(largestDistance(logProbs[row] ?? [], expected)).toBeLessThan(2e-5);
    });
    await trainer.dispose();
  });

  it('gives a packed row the numbers of its parts', async () => {
    const { trainer } = await open();
    const parts = [randomRow(60, 1), randomRow(90, 2)];
    const ids = parts.flatMap((part) => Array.from(part.ids));
    const segments = parts.flatMap((part, index) => Array.from(part.ids, () => index));
    const [packed, alone] = [await trainer.logProbs([{ ids, segments }]), await trainer.logProbs(parts)];
    expect(largestDistance(packed[0]?.subarray(1, 60) ?? [], alone[0]?.subarray(1) ?? [])).toBeLessThan(2e-5);
    expect(largestDistance(packed[0]?.subarray(61) ?? [], alone[1]?.subarray(1) ?? [])).toBeLessThan(2e-5);
    await trainer.dispose();
  });

  it('flattens the distribution at a higher temperature', async () => {
    const { trainer } = await open();
    const rows = [randomRow(40, 3)];
    const hot = (await trainer.logProbs(rows, { temperature: 1e6 }))[0] ?? new Float32Array(0);
    hot.subarray(1).forEach((value) => expect(value).toBeCloseTo(-Math.log(TINY_CONFIG.vocabSize), 4));
    await trainer.dispose();
  });

  it('gathers the gradient of several calls, and forgets it on request', async () => {
    const { trainer } = await open();
    const [first, second] = [randomRow(40, 1), randomRow(50, 2)];
    await trainer.accumulate([first, second], NLL(88));
    const together = trainer.gradients();
    trainer.discard();
    await trainer.accumulate([first], NLL(88));
    await trainer.accumulate([second], NLL(88));
    trainer
      .gradients()
      .forEach(({ data }, index) => expect(largestDistance(data, together[index]?.data ?? [])).toBeLessThan(1e-5));
    await trainer.dispose();
  });

  it('goes on from a saved state with exactly the numbers of an uninterrupted run', async () => {
    const straight = await open();
    const rows = [randomRow(70, 1), randomRow(30, 2)];
    const advance = async ({ trainer }: { trainer: Trainer }) => {
      await trainer.accumulate(rows, NLL(98));
      return trainer.step(STEP);
    };
    await advance(straight);
    await advance(straight);
    const state = straight.trainer.save();
    const kept = {
      step: state.step,
      tensors: state.tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })),
    };
    const resumed = await open({ kind: 'full' }, { store: makeTinyModel(TINY_CONFIG, 2) });
    await resumed.trainer.restore(kept);
    expect(await advance(resumed)).toEqual(await advance(straight));
    expect(snapshot(resumed.store)).toEqual(snapshot(straight.store));
    await Promise.all([straight.trainer.dispose(), resumed.trainer.dispose()]);
  });

  it('refuses a state of another mode', async () => {
    const { trainer } = await open();
    await expect(trainer.restore({ step: 1, tensors: [] })).rejects.toThrow('values');
    await trainer.dispose();
  });

  it('moves chosen rows faster and leaves a row alone at rate 0', async () => {
    const { trainer, store } = await open();
    const before = store.get(EMBEDDING).data.slice();
    await trainer.accumulate([randomRow(200, 4)], NLL(199));
    await trainer.step({
      ...STEP,
      learningRate: 1e-3,
      learningRateOf: (name, row) => (name !== EMBEDDING ? 0 : row === 3 ? 5 : row === 4 ? 0 : 1),
    });
    const moved = (row: number) =>
      largestDistance(
        store.get(EMBEDDING).data.subarray(row * 24, row * 24 + 24),
        before.subarray(row * 24, row * 24 + 24),
      );
    // The first AdamW step moves every entry by the rate.
    expect(moved(2)).toBeCloseTo(1e-3, 5);
    expect(moved(3)).toBeCloseTo(5e-3, 5);
    expect(moved(4)).toBe(0);
    await trainer.dispose();
  });

  it('measures a frozen model without a gradient', async () => {
    const { trainer } = await open({ kind: 'frozen' });
    const { trainer: learning } = await open();
    const rows = [randomRow(60, 1)];
    const [frozen, full] = [await trainer.accumulate(rows, NLL(59)), await learning.accumulate(rows, NLL(59))];
    expect(frozen.loss).toBeCloseTo(full.loss, 6);
    expect(trainer.gradients()).toEqual([]);
    await Promise.all([trainer.dispose(), learning.dispose()]);
  });

  it('raises the version of the weights after a step', async () => {
    const { trainer, store } = await open();
    const before = store.version;
    await trainer.accumulate([randomRow(40, 1)], NLL(39));
    await trainer.step(STEP);
    expect(store.version).toBeGreaterThan(before);
    expect(trainer.stats).toEqual({ tokens: 39, positions: 64, microBatches: 1 });
    await trainer.dispose();
  });
});

describe('Trainer on bad input', () => {
  it('stops at a loss that is not finite, before any weight is touched', async () => {
    const { trainer, store } = await open();
    store.get('model.layers.0.mlp.up_proj.weight').data[5] = Number.NaN;
    const before = snapshot(store);
    const failure = await trainer.accumulate([randomRow(40, 1)], NLL(39)).catch((error: WorkbenchError) => error);
    expect(failure).toMatchObject({ kind: 'numeric', facts: { code: 'loss-not-finite', where: 'the loss, update 1' } });
    expect(snapshot(store)).toEqual(before);
    await trainer.dispose();
  });

  it('refuses to step without a gradient, also a second time with the same one', async () => {
    const { trainer } = await open();
    await expect(trainer.step(STEP)).rejects.toMatchObject({ facts: { code: 'no-gradient' } });
    await trainer.accumulate([randomRow(40, 1)], NLL(39));
    await trainer.step(STEP);
    await expect(trainer.step(STEP)).rejects.toMatchObject({ facts: { code: 'no-gradient' } });
    await trainer.dispose();
  });

  it('names the tensor whose gradient is not finite', async () => {
    const { trainer, store } = await open({ kind: 'full' }, { tied: false });
    // The loss, ln 20 / 1.5e-38, still fits float32; behind the norm of tiny embeddings the gradient does not.
    const embedding = store.get(EMBEDDING).data;
    embedding.forEach((value, index) => (embedding[index] = value / 1000));
    await trainer.accumulate([randomRow(2, 1)], NLL(1.5e-38));
    const before = snapshot(store);
    const failure = await trainer.step(STEP).catch((error: WorkbenchError) => error);
    expect(failure).toMatchObject({ kind: 'numeric', facts: { code: 'gradient-not-finite' } });
    expect(String((failure as WorkbenchError).message)).toMatch(/"model\..*" is not finite/);
    expect(snapshot(store)).toEqual(before);
    await trainer.dispose();
  });

  it.each([
    [601 + 1, 'row-too-long'],
    [1, 'row-too-short'],
  ])('refuses a row of %i tokens', async (length, code) => {
    const { trainer } = await open();
    await expect(trainer.accumulate([randomRow(length, 1)], NLL(1))).rejects.toMatchObject({ facts: { code } });
    await trainer.dispose();
  });

  it.each([
    [{ targets: ['q_proj', 'embed_tokens'] }, 'lora-target'],
    [{ trainableRows: [3, 20] }, 'learning-rows'],
    [{ trainableRows: [3, 3] }, 'learning-rows'],
  ])('refuses LoRA of %o', async (options, code) => {
    await expect(open({ kind: 'lora', rank: 2, alpha: 4, rng: createRng(1), ...options })).rejects.toMatchObject({
      facts: { code },
    });
  });
});

describe('Trainer with LoRA', () => {
  let started: { store: WeightStore; trainer: Trainer };
  const rows = [randomRow(60, 1), randomRow(60, 2)];
  const mode = { kind: 'lora', rank: 3, alpha: 6, trainableRows: [18, 19, 4] } as const;

  beforeAll(async () => {
    started = await open({ ...mode, rng: createRng('lora') }, { tied: false });
  });

  it('starts as the base model and lowers the loss without touching anything frozen', async () => {
    const { trainer, store } = started;
    const before = snapshot(store);
    const first = (await trainer.accumulate(rows, NLL(118))).loss;
    trainer.discard();
    expect(snapshot(store)).toEqual(before);
    let last = first;
    for (let step = 0; step < 30; step++) {
      last = (await trainer.accumulate(rows, NLL(118))).loss;
      await trainer.step({ ...STEP, learningRate: 1e-2 });
    }
    expect(last).toBeLessThan(first - 0.5);
    const after = snapshot(store);
    for (const name of store.names.filter((each) => each.includes('norm')))
      expect(after.get(name)).toEqual(before.get(name));
    for (const name of [EMBEDDING, HEAD]) {
      const rowOf = (values: Float32Array | undefined, row: number) => values?.subarray(row * 24, row * 24 + 24);
      for (let row = 0; row < 20; row++) {
        const isSame = largestDistance(rowOf(after.get(name), row) ?? [], rowOf(before.get(name), row) ?? []) === 0;
        expect({ name, row, isSame }).toEqual({ name, row, isSame: !mode.trainableRows.some((id) => id === row) });
      }
    }
  });

  it('gives an adapter that makes the same model of the base', async () => {
    const { trainer, store } = started;
    const { store: other, trainer: loaded } = await open({ ...mode, rng: createRng('another') }, { tied: false });
    await loaded.loadAdapter(trainer.adapter());
    expect(snapshot(other)).toEqual(snapshot(store));
    await loaded.dispose();
  });

  it('refuses an adapter that lacks a tensor, by name', async () => {
    const { trainer } = started;
    const [, ...others] = trainer.adapter();
    await expect(trainer.loadAdapter(others)).rejects.toMatchObject({
      facts: { code: 'adapter-tensor-missing', where: expect.stringContaining('lora_A') },
    });
  });

  it('merges by letting go of the adapter', async () => {
    const { trainer, store } = started;
    const before = snapshot(store);
    await trainer.merge();
    expect(snapshot(store)).toEqual(before);
  });
});
