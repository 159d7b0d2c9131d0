import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { createRng } from '@core/random/rng';
import { shuffled } from '@core/random/shuffle';
import type { Tokenizer } from '@core/tokenizer/tokenizer';
import type { TrainingRow } from '@core/train/micro-batches';
import { PRECISIONS } from '@core/train/precision';
import { openLanguageModel } from '../src/main/engine/language-model';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { restoreTrainerState, saveTrainerState } from '../src/main/engine/runners/trainer-state';

/**
 * Loss curve of a fine-tuning, to compare settings that change arithmetic: the same seed gives the same rows in the same order.
 *
 *     node scripts/with-node.mjs scripts/run.mjs bench/precision-curve.ts \
 *       --model MODEL.gguf --rows gsm8k/train.jsonl --method full --precision int8 [--seed 2] --out FOLDER
 *
 * Goes on from FOLDER's saved state, so it can be run in pieces of `--minutes`; exit code 3 means that updates are left.
 * FOLDER/curve.jsonl gets one line for each update: its loss before the step, and now and then the loss on rows that never train.
 */
const SETTINGS = {
  updates: 200,
  rowsPerUpdate: 2,
  maxTokens: { full: 192, lora: 192 },
  warmup: 10,
  heldOutRows: 32,
  measureEvery: 50,
  rate: { full: 2e-5, lora: 3e-4 },
} as const;
const MINUTES_LEFT_TO_SAVE = 0.5;
const UPDATES_LEFT = 3;

const Row = z.object({ question: z.string(), answer: z.string() });
const Progress = z.object({ update: z.number().int() });

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    rows: { type: 'string' },
    out: { type: 'string' },
    method: { type: 'string', default: 'full' },
    precision: { type: 'string', default: 'fp32' },
    seed: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '9' },
  },
});

function required(name: 'model' | 'rows' | 'out'): string {
  const value = values[name];
  if (value === undefined) throw new Error(`Give --${name}.`);
  return value;
}

/** Question and answer as one row; the loss is on the answer. Null when it is too long. */
function toRow({ question, answer }: z.infer<typeof Row>, tokenizer: Tokenizer, maxTokens: number): TrainingRow | null {
  const prompt = tokenizer.encode(`Question: ${question}\nAnswer: `);
  const ids = [...prompt, ...tokenizer.encode(answer)];
  if (ids.length > maxTokens) return null;
  return { ids, weights: ids.map((_, index) => (index < prompt.length ? 0 : 1)) };
}

const countAnswer = (rows: readonly TrainingRow[]): number =>
  rows.reduce((sum, { weights }) => sum + Array.from(weights).reduce((a, b) => a + b, 0), 0);

async function main(): Promise<number> {
  const begin = performance.now();
  const minutes = () => (performance.now() - begin) / 60_000;
  const folder = required('out');
  const seed = Number(values.seed);
  const method = values.method === 'lora' ? 'lora' : 'full';
  mkdirSync(folder, { recursive: true });
  const model = await openLanguageModel(required('model'), { executor: new OrtExecutor() });
  const all = readFileSync(required('rows'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => toRow(Row.parse(JSON.parse(line)), model.tokenizer, SETTINGS.maxTokens[method]))
    .filter((row) => row !== null);
  const rows = shuffled(all, createRng(seed).fork('rows'));
  const held = rows.slice(0, SETTINGS.heldOutRows);
  const trainer = await model.createTrainer({
    mode:
      method === 'full' ? { kind: 'full' } : { kind: 'lora', rank: 16, alpha: 32, rng: createRng(seed).fork('lora') },
    checkpointing: false,
    precision: PRECISIONS.find((each) => each === values.precision) ?? 'fp32',
    maxTokensPerMicroBatch: SETTINGS.rowsPerUpdate * SETTINGS.maxTokens[method],
  });
  const progress = (await restoreTrainerState(folder, trainer, Progress)) ?? { update: 0 };
  const log = join(folder, 'curve.jsonl');
  // A piece that was killed may have written lines after its last saved state; the later line of an update counts.
  const write = (line: object) => appendFileSync(log, `${JSON.stringify(line)}\n`);
  const measure = async () => {
    const logProbs = await trainer.logProbs(held);
    const sum = held.reduce(
      (total, { weights }, row) =>
        total - Array.from(weights).reduce((own, weight, at) => own + weight * (logProbs[row]?.[at] ?? 0), 0),
      0,
    );
    write({ update: progress.update, heldOutLoss: sum / countAnswer(held) });
  };
  if (progress.update === 0 && !existsSync(log)) await measure();
  while (progress.update < SETTINGS.updates) {
    if (minutes() > Number(values.minutes) - MINUTES_LEFT_TO_SAVE) {
      saveTrainerState(folder, trainer, progress);
      return UPDATES_LEFT;
    }
    const from = SETTINGS.heldOutRows + progress.update * SETTINGS.rowsPerUpdate;
    const batch = rows.slice(from, from + SETTINGS.rowsPerUpdate);
    const started = performance.now();
    const { loss } = await trainer.accumulate(batch, { kind: 'nll', normaliser: countAnswer(batch) });
    const { gradNorm } = await trainer.step({
      learningRate: SETTINGS.rate[method] * Math.min(1, (progress.update + 1) / SETTINGS.warmup),
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0,
      decay: 'matrices',
      clipNorm: 1,
    });
    progress.update++;
    write({ update: progress.update, loss, gradNorm, ms: Math.round(performance.now() - started) });
    if (progress.update % SETTINGS.measureEvery === 0) await measure();
  }
  return 0;
}

process.exit(await main());
