import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { MODELS, hasFixtures, readJsonFixture } from '@core/testing/fixtures';
import { createRng } from '@core/random/rng';
import type { TrainingMode } from '@core/train/learning-plan';
import { openLanguageModel, type LanguageModel } from './language-model';
import { OrtExecutor } from './ort-executor';
import { largestDistance } from './testing/golden-models';

const STEP = {
  learningRate: 1e-4,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  decay: 'matrices',
  clipNorm: 1,
} as const;

interface LogitsRow {
  readonly ids: number[];
  readonly top_ids: number[];
  readonly top_logits_f64: number[];
}
interface NllRow {
  readonly ids: number[];
  readonly first_target: number;
  readonly nll_f32: number[];
  readonly mean_f64: number;
}

describe.skipIf(!hasFixtures)('SmolLM2-135M from its GGUF', () => {
  let model: LanguageModel;
  const nllRows = hasFixtures
    ? readJsonFixture<{ rows: { plain: NllRow; chat: NllRow }[] }>('smollm2', 'expected', 'nll.json').rows.flatMap(
        ({ plain, chat }) => [plain, chat],
      )
    : [];

  const openTrainer = (mode: TrainingMode) =>
    model.createTrainer({ mode, maxTokensPerMicroBatch: 512, checkpointing: true });
  const lora = (): TrainingMode => ({ kind: 'lora', rank: 8, alpha: 16, rng: createRng(1) });

  beforeAll(async () => {
    model = await openLanguageModel(join(MODELS, 'smollm2-135m-instruct', 'SmolLM2-135M-Instruct.Q4_1.gguf'), {
      executor: new OrtExecutor(),
    });
  }, 300_000);

  it('gives the fifty largest logits of the float64 reference', async () => {
    const trainer = await openTrainer(lora());
    const { rows } = readJsonFixture<{ rows: LogitsRow[] }>('smollm2', 'expected', 'logits.json');
    const logits = await trainer.forwardLogits(rows.map(({ ids }) => ids));
    rows.forEach(({ ids, top_ids: top, top_logits_f64: expected }, row) => {
      const last = logits[row]?.subarray((ids.length - 1) * model.config.vocabSize) ?? new Float32Array(0);
      expect(
        largestDistance(
          top.map((id) => last[id] ?? Number.NaN),
          expected,
        ),
      ).toBeLessThan(1e-3);
    });
    await trainer.dispose();
  });

  it('gives the likelihood of each token of five worked-out answers, plain and as a chat', async () => {
    const trainer = await openTrainer(lora());
    const logProbs = await trainer.logProbs(nllRows.map(({ ids }) => ({ ids })));
    nllRows.forEach(({ first_target: first, nll_f32: expected, mean_f64: mean }, row) => {
      const own = Array.from(logProbs[row]?.subarray(first) ?? [], (value) => -value);
      expect(largestDistance(own, expected)).toBeLessThan(2e-3);
      expect(Math.abs(own.reduce((a, b) => a + b, 0) / own.length - mean)).toBeLessThan(1e-4);
    });
    await trainer.dispose();
  });

  it('learns an answer by heart in three LoRA steps', async () => {
    const trainer = await openTrainer(lora());
    const [, chat] = nllRows;
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
