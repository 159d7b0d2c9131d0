import { describe, expect, it } from 'vitest';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import type { TrainingRow } from '@core/train/micro-batches';
import { createTrainer, type StepOptions, type Trainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { createWasmInt8Quantiser } from './int8-matrix-wasm';
import { makeTinyModel, TINY_CONFIG } from './testing/tiny-model';
import type { WeightStore } from './weight-store';

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
const LORA = (): TrainingMode => ({ kind: 'lora', rank: 4, alpha: 8, rng: createRng('lora') });
const MODES: readonly (readonly [string, () => TrainingMode])[] = [
  ['full', () => ({ kind: 'full' })],
  ['LoRA', LORA],
];

const rows: readonly TrainingRow[] = [40, 33, 21].map((length, seed) => {
  const rng = createRng(seed);
  return {
    ids: Int32Array.from({ length }, () => rng.integer(TINY_CONFIG.vocabSize)),
    // Masked tokens leave rows of zeros among the gradients.
    weights: Float32Array.from({ length }, (_, index) => (index < 8 ? 0 : 1)),
  };
});
const NLL = { kind: 'nll', normaliser: rows.reduce((sum, { ids }) => sum + ids.length - 8, 0) } as const;

function open(mode: TrainingMode, int8: boolean, store: WeightStore = makeTinyModel(), checkpointing = false) {
  return createTrainer({
    config: TINY_CONFIG,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode,
    checkpointing,
    maxTokensPerMicroBatch: 256,
    ...(int8 && { quantiser: createWasmInt8Quantiser() }),
  });
}

async function lossesOf(trainer: Trainer, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    losses.push((await trainer.accumulate(rows, NLL)).loss);
    await trainer.step(STEP);
  }
  return losses;
}

describe('training with products of 8 bits', () => {
  it.each(MODES)('%s: has nearly the loss and the gradient of float32', async (_, mode) => {
    const [exact, rounded] = [await open(mode(), false), await open(mode(), true)];
    const [a, b] = [await exact.accumulate(rows, NLL), await rounded.accumulate(rows, NLL)];
    expect(b.loss).not.toBe(a.loss);
    expect(Math.abs(b.loss / a.loss - 1)).toBeLessThan(0.005);
    const own = new Map((await rounded.gradients()).map(({ name, data }) => [name, data]));
    for (const { name, data } of await exact.gradients()) {
      const other = own.get(name) ?? new Float32Array(0);
      const dot = (x: Float32Array, y: Float32Array) =>
        x.reduce((sum, value, index) => sum + value * (y[index] ?? 0), 0);
      // The gradient of a fresh A is zero, since B is.
      if (dot(data, data) > 0)
        expect(dot(data, other) / Math.sqrt(dot(data, data) * dot(other, other))).toBeGreaterThan(0.98);
    }
  });

  it.each(MODES)('%s: the loss follows that of float32 step by step', async (_, mode) => {
    const exact = await lossesOf(await open(mode(), false), 30);
    const rounded = await lossesOf(await open(mode(), true), 30);
    expect(exact.at(-1)).toBeLessThan(0.9 * (exact[0] ?? 0));
    exact.forEach((loss, step) => expect(Math.abs((rounded[step] ?? Number.NaN) / loss - 1)).toBeLessThan(0.03));
  });

  it.each(MODES)('%s: goes on from a saved state with the same numbers', async (_, mode) => {
    const store = makeTinyModel();
    const first = await open(mode(), true, store);
    await lossesOf(first, 3);
    const { step, tensors } = await first.save();
    const saved = { step, tensors: tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })) };
    const expected = await lossesOf(first, 3);
    const resumed = await open(mode(), true);
    await resumed.restore(saved);
    expect(await lossesOf(resumed, 3)).toEqual(expected);
  });

  it('gives the same gradient when blocks are recomputed', async () => {
    const [kept, recomputed] = [
      await open({ kind: 'full' }, true),
      await open({ kind: 'full' }, true, makeTinyModel(), true),
    ];
    await kept.accumulate(rows, NLL);
    await recomputed.accumulate(rows, NLL);
    expect((await recomputed.gradients()).map(({ data }) => [...data])).toEqual(
      (await kept.gradients()).map(({ data }) => [...data]),
    );
  });

  it('scores in float32: the log-probabilities are those of the weights, whatever they were trained in', async () => {
    const [exact, rounded] = [await open({ kind: 'full' }, false), await open({ kind: 'full' }, true)];
    expect(await rounded.logProbs(rows)).toEqual(await exact.logProbs(rows));
  });
});
