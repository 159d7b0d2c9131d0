import { describe, expect, it } from 'vitest';
import { VALUE_HEAD } from '@core/models/decoder/parameters';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import { createTrainer, type StepOptions, type Trainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { makeTinyModel, TINY_CONFIG } from './testing/tiny-model';
import type { WeightStore } from './weight-store';

const executor = new OrtExecutor({ threads: 1 });
const STEP: StepOptions = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  decay: 'matrices',
  clipNorm: 1,
};
const JUDGING = { kind: 'full', head: 'value' } as const;

async function open(mode: TrainingMode = JUDGING, tied = true): Promise<{ store: WeightStore; trainer: Trainer }> {
  const config = { ...TINY_CONFIG, tieWordEmbeddings: tied, hasValueHead: true };
  const store = makeTinyModel(config);
  const kernel = createWasmAdamW();
  return {
    store,
    trainer: await createTrainer({ config, parameters: store, executor, kernel, mode, maxTokensPerMicroBatch: 256 }),
  };
}

/** Three rows of unequal length, some positions judged, labels of every kind. */
function material() {
  const rng = createRng('judged');
  const lengths = [9, 17, 5];
  const rows = lengths.map((length) => ({
    ids: Int32Array.from({ length }, () => rng.integer(TINY_CONFIG.vocabSize)),
    weights: Float32Array.from({ length }, (_, i) => (i > 1 && i % 3 === 0 ? 0.5 + (i % 2) : 0)),
  }));
  const labels = lengths.map((length) => Float32Array.from({ length }, (_, i) => [0, 1, 0.3, 0.8][i % 4] ?? 0));
  return { rows, labels, loss: { kind: 'value' as const, normaliser: 7, labels } };
}

/** The loss in double precision from what the model judges. */
async function expectedLoss(trainer: Trainer): Promise<number> {
  const { rows, labels, loss } = material();
  const values = await trainer.values(rows);
  let sum = 0;
  rows.forEach(({ weights }, row) =>
    weights.forEach((weight, i) => {
      const [value, label] = [values[row]![i]!, labels[row]![i]!];
      if (weight !== 0) sum -= weight * (label * Math.log(value) + (1 - label) * Math.log(1 - value));
    }),
  );
  return sum / loss.normaliser;
}

describe('the head that judges', () => {
  it.each([true, false])('its loss is the cross-entropy of what it says (tied: %s)', async (tied) => {
    const { trainer } = await open(JUDGING, tied);
    const { rows, loss } = material();
    expect((await trainer.accumulate(rows, loss)).loss).toBeCloseTo(await expectedLoss(trainer), 5);
    await trainer.dispose();
  });

  it.each([true, false])('its gradient is that of finite differences (tied: %s)', async (tied) => {
    const { store, trainer } = await open(JUDGING, tied);
    const { rows, loss } = material();
    await trainer.accumulate(rows, loss);
    const gradients = await trainer.gradients();
    expect(gradients.map(({ name }) => name)).toContain(VALUE_HEAD);
    expect(gradients.map(({ name }) => name)).not.toContain('lm_head.weight');
    trainer.discard();
    // Central differences along the gradient itself: a step in float32 that moves the loss well above its rounding.
    for (const { name, data: gradient } of gradients) {
      const norm = Math.hypot(...gradient);
      if (norm === 0) continue;
      const { data } = store.get(name);
      const before = data.slice();
      const lossAt = async (distance: number) => {
        data.forEach((_, i) => (data[i] = before[i]! + (distance * gradient[i]!) / norm));
        store.markChanged();
        return expectedLoss(trainer);
      };
      const h = 1e-2;
      const slope = ((await lossAt(h)) - (await lossAt(-h))) / (2 * h);
      data.set(before);
      expect(Math.abs(slope - norm), name).toBeLessThan(2e-3 + 0.01 * norm);
    }
    await trainer.dispose();
  });

  it('learns to tell rows apart, and a judgement does not depend on the company', async () => {
    const { trainer } = await open();
    const rng = createRng('tell');
    // Good is a row that holds a 7.
    const make = () => {
      const ids = Int32Array.from({ length: 8 }, () => 8 + rng.integer(12));
      const isGood = rng.next() < 0.5;
      if (isGood) ids[rng.integer(6)] = 7;
      const weights = new Float32Array(8);
      const labels = new Float32Array(8);
      weights[7] = 1;
      labels[7] = Number(isGood);
      return { ids, weights, labels };
    };
    for (let step = 0; step < 60; step++) {
      const rows = Array.from({ length: 32 }, make);
      await trainer.accumulate(rows, { kind: 'value', normaliser: 32, labels: rows.map(({ labels }) => labels) });
      await trainer.step(STEP);
    }
    const rows = Array.from({ length: 64 }, make);
    const values = await trainer.values(rows);
    const right = rows.filter(({ labels }, i) => values[i]![7]! > 0.5 === (labels[7] === 1)).length;
    expect(right).toBeGreaterThan(58);
    const [alone] = await trainer.values(rows.slice(3, 4));
    expect(Math.abs(alone![7]! - values[3]![7]!)).toBeLessThan(1e-4);
    await trainer.dispose();
  });

  it('stays as it is while tokens are learned', async () => {
    const { store, trainer } = await open({ kind: 'full' });
    const before = store.get(VALUE_HEAD).data.slice();
    const ids = Int32Array.from({ length: 12 }, (_, i) => i);
    await trainer.accumulate([{ ids, weights: new Float32Array(12).fill(1) }], { kind: 'nll', normaliser: 11 });
    await trainer.step(STEP);
    expect(store.get(VALUE_HEAD).data).toEqual(before);
    await trainer.dispose();
  });
});
