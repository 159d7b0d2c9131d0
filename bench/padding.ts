import { parseArgs } from 'node:util';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import type { TrainingRow } from '@core/train/micro-batches';
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

const rng = createRng('lengths');
const rows: TrainingRow[] = Array.from({ length: 16 * batchSize }, () => {
  const length = Math.round(Math.min(maxTokens, Math.max(20, 0.35 * maxTokens * Math.exp(0.5 * rng.normal()))));
  return {
    ids: Int32Array.from({ length }, () => rng.integer(config.vocabSize)),
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

const trainers = new Map([
  [false, await open(false)],
  [true, await open(true)],
]);
const samples = WAYS.map((): number[] => []);
const filled = WAYS.map(() => ({ tokens: 0, positions: 0 }));
// The first round compiles the graphs.
for (let round = 0; round < 2; round++) {
  for (let index = 0; index < updates; index++) {
    for (const [which, { grouping, packing }] of WAYS.entries()) {
      const [trainer, plan, counts] = [trainers.get(packing), plans.get(grouping), filled[which]];
      if (!trainer || !plan || !counts) continue;
      const before = trainer.stats;
      const batch = plan.batch(index).flatMap((row) => rows[row] ?? []);
      const msPerToken = await update(trainer, batch);
      if (round === 0) continue;
      samples[which]?.push(msPerToken);
      counts.tokens += trainer.stats.tokens - before.tokens;
      counts.positions += trainer.stats.positions - before.positions;
    }
  }
}
for (const [which, { grouping, packing }] of WAYS.entries()) {
  const sorted = (samples[which] ?? []).map((ms) => 1000 / ms).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const share = 100 * ((filled[which]?.tokens ?? 0) / (filled[which]?.positions ?? 1));
  console.log(
    `${shape} | ${grouping} | packing ${packing ? 'on' : 'off'} | tokens/s ${sorted[0]?.toFixed(0)} / ${median.toFixed(0)} / ${sorted.at(-1)?.toFixed(0)} | filled ${share.toFixed(1)} %`,
  );
}
