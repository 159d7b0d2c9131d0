import { parseArgs } from 'node:util';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import { planMicroBatches, type TrainingRow } from '@core/train/micro-batches';
import { planSft } from '@core/train/sft';
import { SftConfigSchema } from '@core/train/sft-config';
import { createTrainer, type Trainer } from '@core/train/trainer';
import { createWasmAdamW } from '../src/main/engine/adamw-wasm';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { drawWeights, SHAPES } from './models';

/**
 * Tokens per second with and without packing, and with examples of similar length in one update. Lengths are log-normal, as those of
 * fine-tuning examples are. The four ways take turns.
 *
 *     node scripts/with-node.mjs scripts/run.mjs bench/padding.ts --shape 'tiny 1.8M' --updates 12
 *
 * With `--updates 0` nothing is trained, and only how full the micro-batches are is told.
 */
type ShapeName = 'tiny 1.8M' | '135M';
const CASES: Readonly<
  Record<
    ShapeName,
    {
      readonly mode: TrainingMode;
      readonly batchSize: number;
      readonly maxTokens: number;
      readonly microBatchTokens: number;
    }
  >
> = {
  'tiny 1.8M': { mode: { kind: 'full' }, batchSize: 16, maxTokens: 384, microBatchTokens: 1536 },
  '135M': {
    mode: { kind: 'lora', rank: 16, alpha: 32, rng: createRng('lora') },
    batchSize: 8,
    maxTokens: 768,
    microBatchTokens: 1024,
  },
};

const { values } = parseArgs({
  options: { shape: { type: 'string', default: 'tiny 1.8M' }, updates: { type: 'string', default: '12' } },
});
const shape: ShapeName = values.shape === '135M' ? '135M' : 'tiny 1.8M';
const updates = Number(values.updates);
const config = SHAPES[shape];
const { mode, batchSize, maxTokens, microBatchTokens } = CASES[shape];

const [lengthDraws, idDraws] = [createRng('lengths'), createRng('ids')];
const rows: TrainingRow[] = Array.from({ length: 16 * batchSize }, () => {
  const length = Math.round(Math.min(maxTokens, Math.max(20, 0.35 * maxTokens * Math.exp(0.5 * lengthDraws.normal()))));
  return {
    ids: Int32Array.from({ length }, () => idDraws.integer(config.vocabSize)),
    weights: new Float32Array(length).fill(1),
  };
});

const WAYS = [
  { grouping: 'random', packing: false },
  { grouping: 'random', packing: true },
  { grouping: 'by-length', packing: false },
  { grouping: 'by-length', packing: true },
] as const;

const plans = new Map(
  WAYS.map(({ grouping }) => [
    grouping,
    planSft(
      rows.map(({ ids }, index) => ({ questionId: String(index), tokens: ids.length })),
      SftConfigSchema.parse({ batchSize, maxTokens, grouping, epochs: 1, validationShare: 0 }),
    ),
  ]),
);
const open = (packing: boolean): Promise<Trainer> =>
  createTrainer({
    config,
    parameters: drawWeights(config),
    executor: new OrtExecutor(),
    kernel: createWasmAdamW(),
    mode,
    checkpointing: shape === '135M',
    maxTokensPerMicroBatch: microBatchTokens,
    packing,
  });

async function update(trainer: Trainer, batch: readonly TrainingRow[]): Promise<number> {
  const begin = performance.now();
  const tokens = batch.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  await trainer.accumulate(batch, { kind: 'nll', normaliser: tokens });
  await trainer.step({
    learningRate: 1e-4,
    beta1: 0.9,
    beta2: 0.95,
    eps: 1e-8,
    weightDecay: 0,
    decay: 'matrices',
    clipNorm: 1,
  });
  return (performance.now() - begin) / tokens;
}

/** How full the micro-batches of one pass over all rows are. */
function describeFilling({ grouping, packing }: (typeof WAYS)[number]): string {
  const plan = plans.get(grouping);
  const batches = Array.from({ length: plan?.totalUpdates ?? 0 }, (_, index) =>
    planMicroBatches(
      (plan?.batch(index) ?? []).map((row) => rows[row]?.ids.length ?? 0),
      { maxTokens: microBatchTokens, maxPositions: config.maxPositions, packing },
    ),
  ).flat();
  const tokens = rows.reduce((sum, { ids }) => sum + ids.length - 1, 0);
  const positions = batches.reduce((sum, { lines, length }) => sum + lines * length, 0);
  const scores = batches.reduce((sum, { lines, length }) => sum + lines * length ** 2, 0) / 1e6;
  return `filled ${((100 * tokens) / positions).toFixed(1)} % | passes ${batches.length} | scores ${scores.toFixed(1)} M`;
}

const trainers = new Map([
  [false, await open(false)],
  [true, await open(true)],
]);
const samples = WAYS.map((): number[] => []);
// The first round compiles the graphs.
for (let round = 0; round < 2; round++) {
  for (let index = 0; index < updates; index++) {
    for (const [which, { grouping, packing }] of WAYS.entries()) {
      const [trainer, plan] = [trainers.get(packing), plans.get(grouping)];
      if (!trainer || !plan) continue;
      const msPerToken = await update(
        trainer,
        plan.batch(index).flatMap((row) => rows[row] ?? []),
      );
      if (round > 0) samples[which]?.push(msPerToken);
    }
  }
}
for (const [which, way] of WAYS.entries()) {
  const speeds = (samples[which] ?? []).map((ms) => 1000 / ms).sort((a, b) => a - b);
  const shown = [speeds[0], speeds[Math.floor(speeds.length / 2)], speeds.at(-1)].map(
    (speed) => speed?.toFixed(0) ?? '–',
  );
  console.log(
    `${shape} | ${way.grouping} | packing ${way.packing ? 'on' : 'off'} | ${describeFilling(way)} | tokens/s ${shown.join(' / ')}`,
  );
}
