import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('a state that a run cannot go on from', () => {
  const Progress = z.object({ update: z.number() });
  const open = () =>
    createTrainer({
      config: TINY_CONFIG,
      parameters: makeTinyModel(),
      executor,
      kernel: createWasmAdamW(),
      mode: { kind: 'full' },
      maxTokensPerMicroBatch: 128,
    });
  const pointer = () => join(folder, 'trainer.json');
  const weights = () => join(folder, 'trainer-0.safetensors');
  const cut = (path: string, bytes: number) => truncateSync(path, statSync(path).size - bytes);

  it.each<readonly [string, () => void, RegExp]>([
    ['progress of another stage', () => rewrite(pointer(), '"update":3', '"round":"x"'), /progress/],
    ['a pointer that is no JSON', () => writeFileSync(pointer(), '{"file":'), /trainer\.json/],
    ['a pointer without a file', () => writeFileSync(pointer(), '{"step":3}'), /trainer\.json/],
    ['weights that are gone', () => rmSync(weights()), /not there any more/],
    ['an empty file', () => writeFileSync(weights(), ''), /cannot be read/],
    ['weights cut short', () => cut(weights(), 100), /cannot be read/],
    ['a header that is no JSON', () => rewrite(weights(), '"dtype"', '"dtyp\u0001"'), /cannot be read/],
    ['an array of another name', () => rewrite(weights(), 'model.norm', 'model.form'), /not those of this run/],
  ])('is told in four parts: %s', async (_, damage, message) => {
    const trainer = await open();
    await saveTrainerState(folder, trainer, { update: 3 });
    damage();
    const refused = restoreTrainerState(folder, trainer, Progress);
    await expect(refused).rejects.toMatchObject({
      kind: 'precondition',
      message: expect.stringMatching(message),
      facts: {
        code: 'state-damaged',
        where: expect.stringContaining(folder),
        kept: expect.stringMatching(/./),
        wayOut: expect.stringMatching(/./),
      },
    });
    await trainer.dispose();
  });
});

/** Replaces a piece of a file by one of the same length or, in text, of any. */
function rewrite(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'latin1');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  writeFileSync(path, text.replaceAll(from, to), 'latin1');
}
