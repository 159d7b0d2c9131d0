import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import { createTrainer, type Trainer, type TrainerOptions } from '@core/train/trainer';
import { createWasmAdamW } from '../adamw-wasm';
import { OrtExecutor } from '../ort-executor';
import { makeTinyModel, TINY_CONFIG } from '../testing/tiny-model';
import { restoreTrainerState, saveTrainerState } from './trainer-state';

const CONFIG = { ...TINY_CONFIG, hiddenSize: 64, intermediateSize: 128, headDim: 16, vocabSize: 100 };
const executor = new OrtExecutor({ threads: 2 });
const rng = createRng(3);
const rows = [70, 31, 12].map((length) => ({
  ids: Int32Array.from({ length }, () => rng.integer(CONFIG.vocabSize)),
  weights: new Float32Array(length).fill(1),
}));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'trainer-state-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const MODES: readonly (readonly [string, TrainingMode, Partial<TrainerOptions>])[] = [
  ['plain', { kind: 'full' }, {}],
  [
    'bytes, average, frozen block, packing',
    { kind: 'full', frozen: { blocks: 1 } },
    { moments: 'int8', averageDecay: 0.9, packing: true },
  ],
  [
    'LoRA with dropout and rows, bytes, recomputation',
    {
      kind: 'lora',
      rank: 64,
      alpha: 64,
      dropout: 0.1,
      rankStabilised: true,
      targets: ['q_proj', 'down_proj'],
      rng: createRng('lora'),
      trainableRows: Array.from({ length: 70 }, (_, row) => row),
    },
    { moments: 'int8', averageDecay: 0.9, checkpointing: true },
  ],
];

it.each(MODES)('brings back from the file what the run would have gone on with: %s', async (_, mode, options) => {
  const open = async () => {
    const store = makeTinyModel(CONFIG);
    const trainer = await createTrainer({
      config: CONFIG,
      parameters: store,
      executor,
      kernel: createWasmAdamW(),
      mode,
      maxTokensPerMicroBatch: 128,
      ...options,
    });
    return { store, trainer };
  };
  const advance = async (trainer: Trainer, steps: number): Promise<number[]> => {
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      losses.push((await trainer.accumulate(rows, { kind: 'nll', normaliser: 110 })).loss);
      await trainer.step({
        learningRate: 3e-3,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-8,
        weightDecay: 0.1,
        decay: 'linear-layers',
        clipNorm: 1,
      });
    }
    return losses;
  };
  const straight = await open();
  await advance(straight.trainer, 3);
  await saveTrainerState(folder, straight.trainer, { update: 3 });
  const expected = await advance(straight.trainer, 3);

  const resumed = await open();
  expect(await restoreTrainerState(folder, resumed.trainer, z.object({ update: z.number() }))).toEqual({ update: 3 });
  expect(await advance(resumed.trainer, 3)).toEqual(expected);
  for (const name of straight.store.names)
    expect(resumed.store.get(name).data, name).toEqual(straight.store.get(name).data);
  await Promise.all([straight.trainer.dispose(), resumed.trainer.dispose()]);
});
