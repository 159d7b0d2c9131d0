import { describe, expect, it } from 'vitest';
import { listFixtures } from '@core/testing/fixtures';
import { createRng } from '@core/random/rng';
import type { ModelConfig } from '@core/models/model-config';
import type { GraphExecutor } from '@core/ports';
import type { TrainingMode } from '@core/train/learning-plan';
import { createTrainer, type StepOptions, type Trainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import {
  countWeights,
  hasExpected,
  largestDistance,
  loadGoldenModel,
  readGoldenRows,
  relativeDistance,
} from './testing/golden-models';
import { fallbacksOf, profiledWebGpu } from './testing/webgpu';
import { tryWebGpu, WebGpuExecutor } from './webgpu-executor';
import type { WeightStore } from './weight-store';

const missing = await tryWebGpu();
const models = listFixtures('models', 'config.json').filter((name) => hasExpected(`models/${name}`, 'batch.json'));
const STEP: StepOptions = {
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0.1,
  decay: 'matrices',
  clipNorm: 1,
};

interface Opened {
  readonly config: ModelConfig;
  readonly store: WeightStore;
  readonly trainer: Trainer;
}

async function open(name: string, executor: GraphExecutor, mode: TrainingMode): Promise<Opened> {
  const { config, store } = loadGoldenModel(`models/${name}`);
  const trainer = await createTrainer({
    config,
    parameters: store,
    executor,
    kernel: createWasmAdamW(),
    mode,
    maxTokensPerMicroBatch: 64,
  });
  return { config, store, trainer };
}

/** Loss, gradients, norm and weights of two steps; the second with rates that differ from row to row. */
async function train(name: string, executor: GraphExecutor, mode: TrainingMode) {
  const { store, trainer } = await open(name, executor, mode);
  const rows = readGoldenRows(`models/${name}`);
  const loss = { kind: 'nll', normaliser: countWeights(rows) } as const;
  const first = await trainer.accumulate(rows, loss);
  const gradients = await trainer.gradients();
  const firstStep = await trainer.step(STEP);
  const second = await trainer.accumulate(rows, loss);
  await trainer.step({ ...STEP, learningRateOf: (_, row) => (row === null ? 0.5 : row % 2 === 0 ? 3 : 1) });
  const { step, tensors } = await trainer.save();
  const adapter = await trainer.adapter();
  const alone = await trainer.logProbs(rows);
  const weights = store.names.map((each) => ({ name: each, data: store.get(each).data.slice() }));
  const state = { step, tensors: tensors.map((tensor) => ({ ...tensor, data: tensor.data.slice() })) };
  await trainer.dispose();
  return {
    losses: [first.loss, second.loss],
    logProbs: first.logProbs,
    alone,
    gradients,
    firstStep,
    weights,
    state,
    adapter,
  };
}

const LORA = (): TrainingMode => ({ kind: 'lora', rank: 4, alpha: 8, rng: createRng(7), trainableRows: [3, 4, 9] });
const isTied = (name: string) => loadGoldenModel(`models/${name}`).config.tieWordEmbeddings;
/** Every model whole; with adapters one whose head is the embedding and one with a head of its own. */
const cases = [
  ...models.map((name) => ({ name, mode: 'full', modeOf: (): TrainingMode => ({ kind: 'full' }) })),
  ...[models.find(isTied), models.find((name) => !isTied(name))]
    .filter((name) => name !== undefined)
    .map((name) => ({ name, mode: 'LoRA and learning rows', modeOf: LORA })),
];

describe.skipIf(missing !== null)(`training on WebGPU${missing === null ? '' : ` (not here: ${missing})`}`, () => {
  it.each(cases)('takes the steps of the processor: $name, $mode', async ({ name, modeOf }) => {
    const device = new WebGpuExecutor();
    const [own, reference] = [await train(name, device, modeOf()), await train(name, new OrtExecutor(), modeOf())];
    await device.dispose();
    own.losses.forEach((loss, index) => expect(Math.abs(loss - (reference.losses[index] ?? 0))).toBeLessThan(2e-5));
    own.logProbs.forEach((row, index) =>
      expect(largestDistance(row, reference.logProbs[index] ?? [])).toBeLessThan(1e-4),
    );
    own.alone.forEach((row, index) => expect(largestDistance(row, reference.alone[index] ?? [])).toBeLessThan(1e-3));
    expect(own.gradients.map((each) => each.name)).toEqual(reference.gradients.map((each) => each.name));
    const far = own.gradients
      .map(({ name: tensor, data }, index) => {
        // Learning rows have one waste row at the end.
        const expected = reference.gradients[index];
        const waste = tensor.endsWith('#rows') ? (expected?.dims[1] ?? 0) : 0;
        const used = data.length - waste;
        return { tensor, distance: relativeDistance(data.subarray(0, used), expected?.data.subarray(0, used) ?? []) };
      })
      .filter(({ distance }) => !(distance < 2e-5));
    expect(far).toEqual([]);
    expect(Math.abs(own.firstStep.gradNorm / reference.firstStep.gradNorm - 1)).toBeLessThan(1e-5);
    expect(Math.abs(own.firstStep.clipScale / reference.firstStep.clipScale - 1)).toBeLessThan(1e-5);
    expect(own.state.tensors.map((each) => [each.name, each.dims])).toEqual(
      reference.state.tensors.map((each) => [each.name, each.dims]),
    );
    expect(own.adapter.map((each) => each.name).sort()).toEqual(reference.adapter.map((each) => each.name).sort());
    // Where a gradient is nearly nothing Adam turns its sign into a whole step; hence the share instead of the largest distance.
    const distances = own.weights
      .flatMap(({ data }, index) =>
        Array.from(data, (value, at) => Math.abs(value - (reference.weights[index]?.data[at] ?? 0))),
      )
      .sort((a, b) => a - b);
    expect(distances[Math.floor(distances.length * 0.999)]).toBeLessThan(5e-6);
  });

  it.runIf(models.length > 0)('goes on on the processor from a state of the device', async () => {
    const [name = ''] = models;
    const { state, alone } = await train(name, new WebGpuExecutor(), { kind: 'full' });
    const { trainer } = await open(name, new OrtExecutor(), { kind: 'full' });
    await trainer.restore(state);
    const resumed = await trainer.logProbs(readGoldenRows(`models/${name}`));
    resumed.forEach((row, index) => expect(largestDistance(row, alone[index] ?? [])).toBeLessThan(1e-4));
    await trainer.dispose();
  });

  it.runIf(models.length > 0)('leaves nothing but ids and shapes of a step to the processor', async () => {
    const [name = ''] = models;
    const { executor, takePlacement } = profiledWebGpu();
    await train(name, executor, LORA());
    await train(name, executor, { kind: 'full' });
    const nodes = takePlacement();
    expect(nodes.filter(({ provider }) => provider === 'WebGpuExecutionProvider').length).toBeGreaterThan(200);
    expect(fallbacksOf(nodes)).toEqual([]);
  });
});
