import { describe, expect, it } from 'vitest';
import { hasFixtures, listFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import { createTrainer, type StepOptions } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { OUTPUT_PATHS } from './probe-binding';
import {
  countWeights,
  hasExpected,
  largestDistance,
  loadGoldenModel,
  readGoldenRows,
  relativeDistance,
} from './testing/golden-models';

/** Tolerances are those of the fixtures' README. */
const models = listFixtures('models', 'config.json').filter((name) => hasExpected(`models/${name}`, 'batch.json'));
const kernel = createWasmAdamW();

interface LossFile {
  readonly f64: { readonly mean: number; readonly token_losses: number[][] };
}
interface AdamWFile {
  readonly steps: {
    readonly f64: { readonly loss: number; readonly grad_norm: number; readonly clip_scale: number }[];
  };
}

const STEP: StepOptions = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  decay: 'all',
  clipNorm: 1,
};

interface Options {
  readonly checkpointing?: boolean;
  readonly maxTokens?: number;
}

async function openModelOn(executor: OrtExecutor, name: string, options: Options = {}) {
  const { config, store } = loadGoldenModel(`models/${name}`);
  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel,
    mode: { kind: 'full' },
    checkpointing: options.checkpointing ?? false,
    maxTokensPerMicroBatch: options.maxTokens ?? 4096,
  });
  return { config, store, trainer, rows: readGoldenRows(`models/${name}`) };
}

it.skipIf(!hasFixtures)('finds models to check', () => expect(models.length).toBeGreaterThan(0));

describe.each(models.flatMap((name) => OUTPUT_PATHS.map((path) => ({ name, path }))))(
  'the golden numbers of $name, results $path',
  ({ name, path }) => {
    const executor = new OrtExecutor({ path });
    const openModel = (model: string, options?: Options) => openModelOn(executor, model, options);

    it('gives the logits of the float64 reference', async () => {
      const { config, trainer, rows } = await openModel(name);
      const expected = readTensorFixture('models', name, 'expected', 'logits.safetensors').get('right.f64');
      const logits = await trainer.forwardLogits(rows.map((row) => row.ids));
      const length = expected?.dims[1] ?? 0;
      logits.forEach((own, row) => {
        const start = row * length * config.vocabSize;
        expect(largestDistance(own, expected?.data.subarray(start, start + own.length) ?? [])).toBeLessThan(1e-4);
      });
      await trainer.dispose();
    });

    it('gives the masked loss and the log-probability of each token', async () => {
      const { trainer, rows } = await openModel(name);
      const { f64 } = readJsonFixture<LossFile>('models', name, 'expected', 'loss.json');
      const { loss, logProbs } = await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
      expect(Math.abs(loss - f64.mean)).toBeLessThan(1e-5);
      const alone = await trainer.logProbs(rows);
      rows.forEach(({ ids, weights }, row) => {
        for (let token = 1; token < ids.length; token++) {
          if (weights[token] === 0) continue;
          const expected = -(f64.token_losses[row]?.[token - 1] ?? Number.NaN);
          expect(Math.abs((logProbs[row]?.[token] ?? 0) - expected)).toBeLessThan(5e-5);
          expect(Math.abs((alone[row]?.[token] ?? 0) - expected)).toBeLessThan(5e-5);
        }
      });
      await trainer.dispose();
    });

    it.each([
      { checkpointing: false, maxTokens: 4096 },
      { checkpointing: true, maxTokens: 4096 },
      { checkpointing: false, maxTokens: 32 },
    ])('gives the gradient of every tensor: $checkpointing, $maxTokens tokens at once', async (options) => {
      const { trainer, rows } = await openModel(name, options);
      const expected = readTensorFixture('models', name, 'expected', 'grads.f64.safetensors');
      await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
      const gradients = trainer.gradients();
      expect(gradients.map((gradient) => gradient.name).sort()).toEqual([...expected.keys()].sort());
      for (const { name: tensor, data } of gradients)
        expect({ tensor, close: relativeDistance(data, expected.get(tensor)?.data ?? []) < 2e-5 }).toEqual({
          tensor,
          close: true,
        });
      await trainer.dispose();
    });

    it.each(['all', 'matrices'] as const)('takes three AdamW steps with clipping, decay on %s', async (decay) => {
      const { trainer, rows, store } = await openModel(name);
      const { steps } = readJsonFixture<AdamWFile>('models', name, 'expected', `adamw_decay_${decay}.json`);
      for (const expected of steps.f64) {
        const { loss } = await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
        const { gradNorm, clipScale } = await trainer.step({ ...STEP, decay });
        expect(Math.abs(loss - expected.loss)).toBeLessThan(1e-5);
        expect(Math.abs(gradNorm / expected.grad_norm - 1)).toBeLessThan(1e-5);
        expect(Math.abs(clipScale / expected.clip_scale - 1)).toBeLessThan(1e-5);
      }
      const parameters = readTensorFixture('models', name, 'expected', `adamw_decay_${decay}.f64.safetensors`);
      const distances: number[] = [];
      for (const [tensor, { data }] of parameters) {
        if (store.has(tensor))
          data.forEach((value, index) =>
            distances.push(Math.abs(value - (store.get(tensor).data[index] ?? Number.NaN))),
          );
      }
      distances.sort((a, b) => a - b);
      expect(distances[Math.floor(distances.length * 0.999)]).toBeLessThan(2e-6);
      expect(distances.at(-1)).toBeLessThan(3e-4);
      await trainer.dispose();
    });
  },
);
