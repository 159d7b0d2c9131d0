import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { estimateDecodingMemory, WRITING_FIRST_RUN_BYTES } from '@core/generation/decoding-memory';
import { countParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { createRng } from '@core/random/rng';
import { planLearning } from '@core/train/learning-plan';
import { estimateTrainingMemory, PROGRAM_BYTES } from '@core/train/training-memory';
import { LEARNING_ROWS, LORA_RANK, MEMORY_GRID, SHAPES, type MemoryPoint } from './testing/memory-grid';

/** The estimate may be wrong by this share of the measured peak. */
const TOLERANCE = 0.1;
const BUNDLE = join('.tools', 'run', `memory-trial-${process.pid}`);

let entry: string;
beforeAll(async () => {
  // Build tools are plain JavaScript without types.
  const { bundleEntries } = (await import('../../../scripts/ground/bundle.mjs' as string)) as {
    bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
  };
  const built = await bundleEntries({ 'memory-trial': 'src/main/engine/testing/memory-trial.ts' }, BUNDLE);
  entry = built['memory-trial'] ?? '';
});
afterAll(() => rm(BUNDLE, { recursive: true, force: true }));

function estimate({ model, work }: MemoryPoint): number {
  const config: ModelConfig = SHAPES[model];
  if (work.kind === 'decode') {
    const [textTokens, rest] = [work.prompt + work.newTokens, { maxBakedBytes: 2 ** 26, kvBytes: 2 ** 30 }];
    return (
      PROGRAM_BYTES +
      WRITING_FIRST_RUN_BYTES +
      4 * countParameters(config) +
      estimateDecodingMemory({ config, rows: work.rows, textTokens, prefixTokens: work.prompt, ...rest })
    );
  }
  const lora = { kind: 'lora', rank: LORA_RANK, alpha: 32, rng: createRng(1), trainableRows: LEARNING_ROWS } as const;
  return estimateTrainingMemory({
    config,
    plan: planLearning(config, work.method === 'full' ? { kind: 'full' } : lora),
    kept: { moments: work.moments ?? 'float32', average: work.averageDecay !== undefined },
    checkpointing: work.checkpointing,
    rowTokens: work.length + 1,
    maxTokensPerMicroBatch: work.microBatchTokens,
    packing: false,
    readsBase: false,
    precision: 'fp32',
    loss: 'nll',
  }).total;
}

function describePoint({ model, work }: MemoryPoint): string {
  return `${model} ${Object.values(work).join(' ')}`;
}

describe.runIf(process.platform === 'linux')(
  'the memory estimate beside the largest resident size of a process',
  () => {
    /** What compiled-in weights leave behind is collected at the runtime's own time; the median of these counts. */
    const TRIALS = { train: 1, decode: 3 } as const;

    it.each(MEMORY_GRID.map((point) => [describePoint(point), point] as const))('%s', async (_, point) => {
      const peaks: number[] = [];
      for (let trial = 0; trial < TRIALS[point.work.kind]; trial++) {
        const { stdout } = await promisify(execFile)(process.execPath, [entry, JSON.stringify(point)]);
        peaks.push((JSON.parse(stdout) as { peak: number }).peak);
      }
      const peak = peaks.sort((a, b) => a - b)[peaks.length >> 1] ?? Number.NaN;
      const ratio = estimate(point) / peak;
      expect({ ratio, isClose: Math.abs(ratio - 1) <= TOLERANCE }).toEqual({ ratio, isClose: true });
    });
  },
);
