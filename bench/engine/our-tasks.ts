import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { encodeGraph } from '@core/graph/encode';
import { Graph } from '@core/graph/graph';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import type { TensorView } from '@core/ports';
import { createRng } from '@core/random/rng';
import { sizeOf } from '@core/tensor/dims';
import { createTrainer, type Trainer } from '@core/train/trainer';
import { createWasmAdamW } from '../../src/main/engine/adamw-wasm';
import { openGenerator, openLanguageModel, type TrainerSettings } from '../../src/main/engine/language-model';
import { createWasmInt8Quantiser } from '../../src/main/engine/int8-matrix-wasm';
import { OrtExecutor } from '../../src/main/engine/ort-executor';
import {
  GENERATOR_SETTINGS,
  peakMebibytes,
  settingsOf,
  timed,
  type OurCommand,
  type PreparedTask,
  type Task,
} from '../contests/our-task';
import { drawWeights, SHAPES } from '../models';

/** Every task of ours by the name that a contest's command carries. */
export const ENGINE_TASKS: Readonly<Record<string, Task>> = {
  train: measureStep,
  'train-memory': measureTrainingMemory,
  'gradient-gflops': measureGradient,
  'matmul-gflops': measureMatMul,
  decode: measureDecoding,
  'first-token': measureFirstToken,
  adamw: measureAdamW,
  'package-size': measurePackage,
};

/** Settings of the trainer for each precision that it offers. */
const TRAINER_SETTINGS: Readonly<Record<string, Partial<TrainerSettings>>> = {
  fp32: {},
  int8: { precision: 'int8' },
};
const RANK = 16;
/** Positions at once, by shape: a small model is fastest where its activations stay in the caches. */
const MICRO_BATCH = { '135M': 1024, 'tiny 3M': 1536 } as const;
const STEP_OPTIONS = {
  learningRate: 1e-5,
  beta1: 0.9,
  beta2: 0.999,
  eps: 1e-8,
  weightDecay: 0,
  decay: 'matrices',
  clipNorm: 1,
} as const;

/** Whole steps: forward, backward, clipping, AdamW; trained tokens per second. */
async function measureStep(command: OurCommand): Promise<PreparedTask> {
  const { trainer, batch, tokens } = await prepareTrainer(command);
  await takeStep(trainer, batch);
  return {
    run: async () => (tokens * 1000) / (await timed(() => takeStep(trainer, batch))),
    warm: () => takeStep(trainer, batch.slice(0, 1)),
  };
}

/** Peak of the process over two steps, MiB. */
async function measureTrainingMemory(command: OurCommand): Promise<PreparedTask> {
  return {
    run: async () => {
      const { trainer, batch } = await prepareTrainer(command);
      for (let step = 0; step < 2; step++) await takeStep(trainer, batch);
      return peakMebibytes();
    },
  };
}

/** Forward and backward alone, as GF/s of the arithmetic that the model needs. */
async function measureGradient(command: OurCommand): Promise<PreparedTask> {
  const { trainer, batch, tokens, config, length } = await prepareTrainer(command);
  const flops = trainingFlops(config, tokens, length);
  const differentiate = async (rows: Batch): Promise<number> => {
    const milliseconds = await timed(() => accumulate(trainer, rows));
    trainer.discard();
    return milliseconds;
  };
  await differentiate(batch);
  return {
    run: async () => flops / (await differentiate(batch)) / 1e6,
    warm: () => differentiate(batch.slice(0, 1)),
  };
}

/** onnxruntime's own product of two square matrices, GF/s over ten runs. */
async function measureMatMul({ size = 2048 }: OurCommand): Promise<PreparedTask> {
  const graph = new Graph('product');
  const dims = [size, size];
  const left = graph.input('left', 'float32', dims);
  const right = graph.input('right', 'float32', dims);
  graph.output('product', graph.single('MatMul', [left, right], dims));
  const compiled = await new OrtExecutor().compile(encodeGraph(graph));
  const rng = createRng('matmul');
  const drawn = (): TensorView => ({
    dtype: 'float32',
    dims,
    data: Float32Array.from({ length: size * size }, () => rng.next() - 0.5),
  });
  const feeds = { left: drawn(), right: drawn() };
  const outputs = { product: drawn() };
  const times = 10;
  return {
    run: async () => {
      const milliseconds = await timed(async () => {
        for (let i = 0; i < times; i++) await compiled.run(feeds, outputs);
      });
      return (2 * size ** 3 * times) / milliseconds / 1e6;
    },
  };
}

/** Greedy tokens per second over the whole call, prefill included. */
async function measureDecoding(command: OurCommand): Promise<PreparedTask> {
  const { modelFolder = '', prompts = [], newTokens = 64 } = command;
  const settings = settingsOf(GENERATOR_SETTINGS, command);
  const model = await openLanguageModel(modelFolder, { executor: new OrtExecutor() });
  const generator = model.createGenerator({
    ...settings,
    maxBatch: prompts.length,
    maxContext: (prompts[0]?.length ?? 0) + newTokens,
  });
  const generate = async (count: number): Promise<number> => {
    generator.clearCache();
    const milliseconds = await timed(() =>
      Promise.all(
        prompts.map((prefixIds) => generator.generate({ prefixIds, maxNewTokens: count, temperature: 0, stopIds: [] })),
      ),
    );
    return (prompts.length * count * 1000) / milliseconds;
  };
  return { run: () => generate(newTokens), warm: () => generate(8) };
}

/** Loads the model and gives the first token; the parent's clock counts, from the start of this process. */
async function measureFirstToken({ modelFolder = '', prompts = [] }: OurCommand): Promise<PreparedTask> {
  return {
    run: async () => {
      const { generator } = await openGenerator(modelFolder, { executor: new OrtExecutor() }, { maxBatch: 1 });
      const { ids } = await generator.generate({
        prefixIds: prompts[0] ?? [],
        maxNewTokens: 1,
        temperature: 0,
        stopIds: [],
      });
      return ids[0] ?? Number.NaN;
    },
  };
}

/** Milliseconds of one update of all weights. */
async function measureAdamW({ lengths = [] }: OurCommand): Promise<PreparedTask> {
  const kernel = createWasmAdamW();
  const weights = kernel.allocate(lengths);
  const state = kernel.allocate(
    lengths.flatMap((length) => [length, length, length]),
    3,
  );
  const slots = weights.map((weight, i) => {
    const [gradient, firstMoment, secondMoment] = state.slice(3 * i, 3 * i + 3);
    if (!gradient || !firstMoment || !secondMoment) throw new Error('There is no memory for the optimiser.');
    weight.fill(0.02);
    gradient.fill(1e-3);
    return { weight, gradient, firstMoment, secondMoment };
  });
  const { learningRate, beta1, beta2, eps, weightDecay } = STEP_OPTIONS;
  let step = 0;
  return {
    run: () => {
      step++;
      return timed(async () => {
        for (const slot of slots)
          kernel.update(slot, { learningRate, beta1, beta2, eps, weightDecay, step, gradientScale: 1 });
      });
    },
  };
}

/** Megabytes of the program packaged for this platform. */
async function measurePackage(): Promise<PreparedTask> {
  return {
    run: async () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('scripts/package-dir.mjs')], {
        encoding: 'utf8',
      });
      const [, size] = /([\d.]+) MB {2}\S+\n$/.exec(stdout) ?? [];
      if (status !== 0 || size === undefined)
        throw new Error(stderr.match(/^Error: (.*)$/m)?.[1] ?? 'packaging failed');
      return Number(size);
    },
  };
}

/** 6 FLOPs for each weight of a matrix and token, and attention's products (T² whole, as all programs here compute it). */
export function trainingFlops(config: ModelConfig, tokens: number, length: number): number {
  const inMatrices = listParameters(config)
    .filter(({ dims }) => dims.length === 2)
    .reduce((sum, { dims }) => sum + sizeOf(dims), 0);
  return 6 * inMatrices * tokens + 12 * length * tokens * config.numHeads * config.headDim * config.numLayers;
}

type Batch = readonly { readonly ids: Int32Array; readonly weights: Float32Array }[];

async function prepareTrainer(command: OurCommand) {
  const { model = '135M', mode: kind = 'full', checkpointing = false, rows = 4, length = 256 } = command;
  const mode =
    kind === 'full'
      ? { kind: 'full' as const }
      : { kind: 'lora' as const, rank: RANK, alpha: RANK, rng: createRng('lora') };
  const settings = {
    ...settingsOf(TRAINER_SETTINGS, command),
    mode,
    checkpointing,
    maxTokensPerMicroBatch: MICRO_BATCH[model],
  };
  const executor = new OrtExecutor();
  const { config, trainer } =
    model === '135M'
      ? await trainFromFolder(command.modelFolder ?? '', executor, settings)
      : await trainDrawn(SHAPES[model], executor, settings);
  const rng = createRng('train');
  const batch = Array.from({ length: rows }, () => ({
    ids: Int32Array.from({ length }, () => rng.integer(config.vocabSize)),
    weights: new Float32Array(length).fill(1),
  }));
  return { trainer, batch, config, length, tokens: rows * length };
}

async function trainFromFolder(folder: string, executor: OrtExecutor, settings: TrainerSettings) {
  const model = await openLanguageModel(folder, { executor });
  return { config: model.config, trainer: await model.createTrainer(settings) };
}

async function trainDrawn(config: ModelConfig, executor: OrtExecutor, settings: TrainerSettings) {
  const parameters = drawWeights(config);
  return {
    config,
    trainer: await createTrainer({
      config,
      parameters,
      executor,
      kernel: createWasmAdamW(),
      ...(settings.precision === 'int8' && { quantiser: createWasmInt8Quantiser() }),
      ...settings,
    }),
  };
}

async function takeStep(trainer: Trainer, batch: Batch): Promise<void> {
  await accumulate(trainer, batch);
  await trainer.step(STEP_OPTIONS);
}

async function accumulate(trainer: Trainer, batch: Batch): Promise<void> {
  const normaliser = batch.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  await trainer.accumulate(batch, { kind: 'nll', normaliser });
}
