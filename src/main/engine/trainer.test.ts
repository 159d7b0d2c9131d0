import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { WorkbenchError } from '@core/errors';
import { EMBEDDING, HEAD } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import { planLearning, type TrainingMode } from '@core/train/learning-plan';
import { learningBytes } from '@core/train/learning-state';
import type { TrainingRow } from '@core/train/micro-batches';
import { listLearning } from '@core/train/train-graph';
import {
  createTrainer,
  type StepOptions,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from '@core/train/trainer';
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
const LORA = { kind: 'lora', rank: 3, alpha: 6, rng: createRng('lora') } as const;
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
  options: { store?: WeightStore; tied?: boolean; maxTokens?: number } & Partial<TrainerOptions> = {},
) {
  const { tied = true, store: given, maxTokens = 2048, config: base = TINY_CONFIG, ...others } = options;
  const config = { ...base, tieWordEmbeddings: tied };
  const store = given ?? makeTinyModel(config);
  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode,
    maxTokensPerMicroBatch: maxTokens,
    ...others,
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

  it.each([
    ['full', { kind: 'full' }],
    ['LoRA with rows and dropout', { ...LORA, dropout: 0.2, trainableRows: [3, 4] }],
  ] as const)('gives packed rows the loss and the gradients of padded ones: %s', async (_, mode) => {
    const rows = [150, 90, 50, 33, 7, 2].map((length) => randomRow(length, length));
    const loss = NLL(326);
    const [padded, packed] = [await open(mode), await open(mode, { packing: true })];
    const [one, other] = [await padded.trainer.accumulate(rows, loss), await packed.trainer.accumulate(rows, loss)];
    expect(packed.trainer.stats.positions).toBeLessThan(padded.trainer.stats.positions);
    expect(other.loss).toBeCloseTo(one.loss, 5);
    other.logProbs.forEach((own, row) => expect(largestDistance(own, one.logProbs[row] ?? [])).toBeLessThan(2e-5));
    const gradients = await padded.trainer.gradients();
    (await packed.trainer.gradients()).forEach(({ data }, index) =>
      expect(largestDistance(data, gradients[index]?.data ?? [])).toBeLessThan(2e-6),
    );
    const [apart, together] = [await padded.trainer.logProbs(rows), await packed.trainer.logProbs(rows)];
    together.forEach((own, row) => expect(largestDistance(own, apart[row] ?? [])).toBeLessThan(2e-5));
    await Promise.all([padded.trainer.dispose(), packed.trainer.dispose()]);
  });

  it('gathers the same gradient however the batch is split, packed, and cut into micro-batches', async () => {
    const rows = [90, 60, 33, 31, 12].map((length) => randomRow(length, length));
    const mode = { ...LORA, dropout: 0.1, trainableRows: [3] } as const;
    const whole = await open(mode, { maxTokens: 2048 });
    await whole.trainer.accumulate(rows, NLL(221));
    const expected = await whole.trainer.gradients();
    const split = await Promise.all([open(mode, { maxTokens: 64 }), open(mode, { maxTokens: 192, packing: true })]);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: split.length - 1 }),
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
        async (which, cuts) => {
          const { trainer } = split[which] ?? whole;
          trainer.discard();
          const ends = [...new Set(cuts), rows.length].sort((a, b) => a - b);
          for (const [index, end] of ends.entries())
            await trainer.accumulate(rows.slice(index === 0 ? 0 : ends[index - 1], end), NLL(221));
          (await trainer.gradients()).forEach(({ data }, index) =>
            expect(largestDistance(data, expected[index]?.data ?? [])).toBeLessThan(2e-6),
          );
        },
      ),
      { seed: 1, numRuns: 10 },
    );
    await Promise.all([whole, ...split].map(({ trainer }) => trainer.dispose()));
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
    const together = await trainer.gradients();
    trainer.discard();
    await trainer.accumulate([first], NLL(88));
    await trainer.accumulate([second], NLL(88));
    const apart = await trainer.gradients();
    apart.forEach(({ data }, index) => expect(largestDistance(data, together[index]?.data ?? [])).toBeLessThan(1e-5));
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
    const state = await straight.trainer.save();
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
    expect(await trainer.gradients()).toEqual([]);
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

describe('Trainer with frozen tensors', () => {
  const rows = [randomRow(60, 1), randomRow(40, 2)];
  const ends = { embeddings: true, blocks: 1 };

  it.each([
    ['tied, first block and ends', true, { frozen: ends }],
    ['untied, first block and ends', false, { frozen: ends }],
    ['ends but for some rows', false, { frozen: { embeddings: true }, trainableRows: [3, 17, 18] }],
    ['all but some rows', true, { frozen: { names: ['*'] }, trainableRows: [3, 17, 18] }],
    ['by name', true, { frozen: { names: ['model.layers.*.mlp.*', 'model.layers.1.self_attn.*_proj.weight'] } }],
  ])('has the gradients of full training and moves nothing else: %s', async (_, tied, options) => {
    const { trainer: full } = await open({ kind: 'full' }, { tied });
    const { trainer, store } = await open({ kind: 'full', ...options }, { tied });
    const before = snapshot(store);
    const [losses, own] = [await full.accumulate(rows, NLL(98)), await trainer.accumulate(rows, NLL(98))];
    expect(own.loss).toBeCloseTo(losses.loss, 6);
    const expected = new Map((await full.gradients()).map(({ name, data }) => [name, data]));
    const learning = await trainer.gradients();
    for (const { name, data } of learning) {
      const whole = expected.get(name.replace('#rows', '')) ?? new Float32Array(0);
      const reference = name.endsWith('#rows')
        ? [3, 17, 18].flatMap((id) => [...whole.slice(id * 24, id * 24 + 24)])
        : whole;
      expect(largestDistance(data.subarray(0, reference.length), reference)).toBeLessThan(2e-6);
    }
    await trainer.step(STEP);
    const names = new Set(learning.map(({ name }) => name.replace('#rows', '')));
    for (const name of store.names)
      expect({ name, moved: largestDistance(store.get(name).data, before.get(name) ?? []) > 0 }).toEqual({
        name,
        moved: names.has(name),
      });
    await Promise.all([full.dispose(), trainer.dispose()]);
  });

  it('keeps no moments of what is frozen', async () => {
    const { trainer } = await open({ kind: 'full', frozen: ends });
    expect((await trainer.save()).tensors.filter(({ name }) => /embed|layers\.0/.test(name))).toEqual([]);
    await trainer.dispose();
  });
});

/** Wide enough for moments of one byte in most matrices. */
const WIDE = { ...TINY_CONFIG, numKvHeads: 4, hiddenSize: 64, intermediateSize: 128, headDim: 16, vocabSize: 100 };

const copyState = (state: TrainerState): TrainerState => ({
  step: state.step,
  tensors: state.tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })),
});

describe('Trainer with moments of one byte', () => {
  it.each([
    ['full', { kind: 'full' }],
    ['LoRA', { ...LORA, rank: 64, trainableRows: Array.from({ length: 70 }, (_, row) => row) }],
  ] as const)(
    'learns as with four, in less memory, and goes on from a saved state with the same bits: %s',
    async (_, mode) => {
      const rows = [randomRow(60, 1), randomRow(50, 2)];
      const [four, one] = [await open(mode, { config: WIDE }), await open(mode, { config: WIDE, moments: 'int8' })];
      const advance = async ({ trainer }: { trainer: Trainer }) => {
        const { loss } = await trainer.accumulate(rows, NLL(108));
        await trainer.step(STEP);
        return loss;
      };
      let losses = [0, 0];
      for (let step = 0; step < 15; step++) losses = [await advance(four), await advance(one)];
      expect(losses[0]).toBeLessThan(3);
      expect(Math.abs(losses[1]! / losses[0]! - 1)).toBeLessThan(0.05);
      const momentBytes = (state: TrainerState) =>
        state.tensors
          .filter(({ name }) => /^(moment|scales)/.test(name))
          .reduce((sum, { data }) => sum + data.byteLength, 0);
      expect(momentBytes(await one.trainer.save()) / momentBytes(await four.trainer.save())).toBeLessThan(0.28);
      const resumed = await open(mode, { config: WIDE, moments: 'int8' });
      await resumed.trainer.restore(copyState(await one.trainer.save()));
      for (let step = 0; step < 2; step++) expect(await advance(resumed)).toBe(await advance(one));
      expect(snapshot(resumed.store)).toEqual(snapshot(one.store));
      await expect(resumed.trainer.restore(await four.trainer.save())).rejects.toThrow('of this kind');
      await Promise.all([four, one, resumed].map(({ trainer }) => trainer.dispose()));
    },
  );

  it('takes the bytes that its estimate says', async () => {
    for (const moments of ['float32', 'int8'] as const) {
      for (const averageDecay of [null, 0.9]) {
        const { trainer } = await open({ kind: 'full' }, { config: WIDE, moments, averageDecay });
        const specs = listLearning(WIDE, planLearning(WIDE, { kind: 'full' }));
        const saved = (await trainer.save()).tensors.filter(({ name }) => !name.startsWith('weight/'));
        const gradients = (await trainer.gradients()).reduce((sum, { data }) => sum + data.byteLength, 0);
        expect(learningBytes(specs, { moments, average: averageDecay !== null })).toBe(
          gradients + saved.reduce((sum, { data }) => sum + data.byteLength, 0),
        );
        await trainer.dispose();
      }
    }
  });
});

describe('Trainer with an average of the weights', () => {
  it.each([
    ['full', { kind: 'full' }],
    ['LoRA', { ...LORA, trainableRows: [3, 17] }],
  ] as const)('follows them, is there when asked for, and survives a restart: %s', async (_, mode) => {
    const rows = [randomRow(60, 1)];
    const straight = await open(mode, { averageDecay: 0.8 });
    const advance = async ({ trainer }: { trainer: Trainer }) => {
      await trainer.accumulate(rows, NLL(59));
      await trainer.step(STEP);
    };
    const name = 'weight/' + ((await straight.trainer.save()).tensors[0]?.name.replace(/^weight\//, '') ?? '');
    const valuesOf = async (part: string) => {
      const { tensors } = await straight.trainer.save();
      return tensors.find((tensor) => tensor.name === name.replace('weight', part))?.data.slice();
    };
    const expected = Float64Array.from((await valuesOf('weight')) ?? []);
    for (let step = 1; step <= 12; step++) {
      await advance(straight);
      const share = 1 - Math.min(0.8, (1 + step) / (10 + step));
      (await valuesOf('weight'))?.forEach((value, index) => (expected[index]! += share * (value - expected[index]!)));
    }
    expect(largestDistance((await valuesOf('average')) ?? [], expected)).toBeLessThan(1e-6);
    const [before, state] = [snapshot(straight.store), copyState(await straight.trainer.save())];
    const averaged = await straight.trainer.withAverage(async () => snapshot(straight.store));
    expect(snapshot(straight.store)).toEqual(before);
    expect(averaged).not.toEqual(before);
    const resumed = await open(mode, { averageDecay: 0.8 });
    await resumed.trainer.restore(state);
    for (const each of [straight, resumed]) await advance(each);
    const [one, other] = await Promise.all(
      [straight, resumed].map(({ trainer, store }) => trainer.withAverage(async () => snapshot(store))),
    );
    expect(one).toEqual(other);
    await Promise.all([straight.trainer.dispose(), resumed.trainer.dispose()]);
  });

  it('gives the weights themselves where none is kept, and puts them back after a failure', async () => {
    const { trainer, store } = await open();
    const before = snapshot(store);
    expect(await trainer.withAverage(async () => snapshot(store))).toEqual(before);
    await expect(trainer.withAverage(() => Promise.reject(new Error('full disk')))).rejects.toThrow('full disk');
    expect(snapshot(store)).toEqual(before);
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

  it.each([-1, 20, 1.5])('refuses the token id %d, in training and in scoring', async (id) => {
    const { trainer } = await open();
    const row = randomRow(10, 1);
    const ids = Array.from(row.ids).with(4, id);
    const refusal = {
      message: `Token ${id} at place 5 of row 0 is none of the model's 20 tokens.`,
      facts: { code: 'token-unknown', where: 'row 0, token 5', wayOut: expect.stringContaining('tokenizer') },
    };
    await expect(trainer.accumulate([{ ...row, ids }], NLL(9))).rejects.toMatchObject(refusal);
    await expect(trainer.logProbs([{ ids }])).rejects.toMatchObject(refusal);
    await expect(trainer.forwardLogits([ids])).rejects.toMatchObject(refusal);
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
    await loaded.loadAdapter(await trainer.adapter());
    expect(snapshot(other)).toEqual(snapshot(store));
    await loaded.dispose();
  });

  it('drops some of what the adapters read, in training alone, and the same in a resumed run', async () => {
    const rows = [randomRow(60, 1), randomRow(50, 2)];
    const dropping = { ...LORA, dropout: 0.3 };
    const [plain, straight] = [await open(LORA), await open(dropping)];
    const advance = async ({ trainer }: { trainer: Trainer }) => {
      const { loss } = await trainer.accumulate(rows, NLL(108));
      await trainer.step({ ...STEP, learningRate: 1e-2 });
      return loss;
    };
    // B begins at zero: the first loss is that of the base, the next ones differ with what is dropped.
    expect(await advance(straight)).toBeCloseTo(await advance(plain), 6);
    const [first, again] = [await straight.trainer.accumulate(rows, NLL(108)), await straight.trainer.logProbs(rows)];
    straight.trainer.discard();
    const without = again.reduce((sum, own) => sum - own.reduce((a, b) => a + b, 0), 0) / 108;
    expect(Math.abs(first.loss - without)).toBeGreaterThan(1e-4);
    const state = await straight.trainer.save();
    const kept = { ...state, tensors: state.tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })) };
    const resumed = await open(dropping);
    await resumed.trainer.restore(kept);
    for (let step = 0; step < 2; step++) expect(await advance(resumed)).toBe(await advance(straight));
    expect(snapshot(resumed.store)).toEqual(snapshot(straight.store));
    await Promise.all([plain, straight, resumed].map(({ trainer }) => trainer.dispose()));
  });

  it('refuses an adapter that lacks a tensor, by name', async () => {
    const { trainer } = started;
    const [, ...others] = await trainer.adapter();
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
