/**
 * Does the work of one point of the grid in a process of its own and prints its largest resident size and where it stood on the way, in
 * bytes: the measurement of `memory-estimate.slow.test.ts`. Linux only.
 */
import { readFileSync } from 'node:fs';
import { createGenerator } from '@core/generation/generate';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from '../adamw-wasm';
import { OrtExecutor } from '../ort-executor';
import { WeightStore } from '../weight-store';
import {
  LEARNING_ROWS,
  LORA_RANK,
  SHAPES,
  type DecodingWork,
  type MemoryPoint,
  type TrainingWork,
} from './memory-grid';

const marks: Record<string, number> = {};
const executor = new OrtExecutor({ threads: 2 });

/** Bytes of a field of /proc/self/status. */
function resident(field: 'VmHWM' | 'VmRSS'): number {
  const [, kilobytes] = new RegExp(`^${field}:\\s+(\\d+)`, 'm').exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}

function mark(name: string): void {
  marks[name] = resident('VmRSS');
}

/** Weights that differ and stay small; drawing millions of normals would take longer than the work. */
function makeWeights(config: ModelConfig): WeightStore {
  const store = new WeightStore(listParameters(config));
  for (const name of store.names) {
    const { dims, data } = store.get(name);
    for (let i = 0; i < data.length; i++) data[i] = dims.length === 1 ? 1 : (((i * 2_654_435_761) % 1000) - 500) * 1e-4;
  }
  return store;
}

async function train(config: ModelConfig, parameters: WeightStore, work: TrainingWork): Promise<void> {
  const rng = createRng('memory');
  const trainer = await createTrainer({
    config,
    parameters,
    executor,
    kernel: createWasmAdamW(),
    mode:
      work.method === 'full'
        ? { kind: 'full' }
        : { kind: 'lora', rank: LORA_RANK, alpha: 32, rng, trainableRows: LEARNING_ROWS },
    checkpointing: work.checkpointing,
    maxTokensPerMicroBatch: work.microBatchTokens,
    ...(work.moments && { moments: work.moments }),
    ...(work.averageDecay !== undefined && { averageDecay: work.averageDecay }),
  });
  mark('trainer');
  const rows = Array.from({ length: Math.floor(work.microBatchTokens / work.length) }, () => ({
    ids: Int32Array.from({ length: work.length + 1 }, () => rng.integer(config.vocabSize)),
    weights: new Float32Array(work.length + 1).fill(1),
  }));
  for (let step = 0; step < 2; step++) {
    await trainer.accumulate(rows, { kind: 'nll', normaliser: rows.length * work.length });
    mark(`gradient ${step}`);
    await trainer.step({
      learningRate: 1e-4,
      beta1: 0.9,
      beta2: 0.95,
      eps: 1e-8,
      weightDecay: 0,
      decay: 'all',
      clipNorm: 1,
    });
    mark(`step ${step}`);
  }
}

async function decode(config: ModelConfig, parameters: WeightStore, work: DecodingWork): Promise<void> {
  const rng = createRng('memory');
  const generator = createGenerator({
    config,
    parameters,
    executor,
    tokenizer: { decode: () => '' },
    maxBatch: work.rows,
  });
  await Promise.all(
    Array.from({ length: work.rows }, (_, row) =>
      generator.generate({
        prefixIds: Array.from({ length: work.prompt }, () => rng.integer(config.vocabSize)),
        maxNewTokens: work.newTokens,
        temperature: 1,
        stopIds: [],
        rng: createRng(row),
      }),
    ),
  );
  mark('decoded');
}

const point = JSON.parse(process.argv[2] ?? '') as MemoryPoint;
mark('start');
await executor.report();
mark('probe');
const config: ModelConfig = SHAPES[point.model];
const parameters = makeWeights(config);
mark('weights');
if (point.work.kind === 'train') await train(config, parameters, point.work);
else await decode(config, parameters, point.work);
process.stdout.write(`${JSON.stringify({ peak: resident('VmHWM'), marks })}\n`);
