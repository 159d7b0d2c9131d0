import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MODELS, hasFixtures, readJsonFixture } from '@core/testing/fixtures';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import { openLanguageModel, type LanguageModel } from './language-model';
import { OrtExecutor } from './ort-executor';

const STEP = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  decay: 'matrices',
  clipNorm: 1,
} as const;

interface NllRow {
  readonly ids: number[];
  readonly first_target: number;
  readonly mean_f64: number;
}

describe.skipIf(!hasFixtures)('SmolLM2-135M from its GGUF', () => {
  let model: LanguageModel;

  const openTrainer = (mode: TrainingMode) =>
    model.createTrainer({ mode, maxTokensPerMicroBatch: 512, checkpointing: true });
  const lora = (): TrainingMode => ({ kind: 'lora', rank: 8, alpha: 16, rng: createRng(1) });

  beforeAll(async () => {
    model = await openLanguageModel(join(MODELS, 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf'), {
      executor: new OrtExecutor(),
    });
  }, 300_000);

  it('learns an answer by heart in three LoRA steps', async () => {
    const trainer = await openTrainer(lora());
    const [first] = readJsonFixture<{ rows: { chat: NllRow }[] }>('smollm2', 'expected', 'nll.json').rows;
    const chat = first?.chat;
    const weights: number[] = chat?.ids.map((_, token) => (token >= chat.first_target ? 1 : 0)) ?? [];
    const rows = [{ ids: chat?.ids ?? [], weights }];
    const losses: number[] = [];
    for (let step = 0; step < 4; step++) {
      losses.push(
        (await trainer.accumulate(rows, { kind: 'nll', normaliser: weights.reduce((a, b) => a + b, 0) })).loss,
      );
      await trainer.step({ ...STEP, learningRate: 2e-3 });
    }
    expect(Math.abs((losses[0] ?? 0) - (chat?.mean_f64 ?? Number.NaN))).toBeLessThan(1e-4);
    expect(losses[3]).toBeLessThan((losses[0] ?? 0) - 0.3);
    await trainer.dispose();
  });
});
