import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '@core/errors';
import type { GenerationResult } from '@core/generation/generator';
import { createRng } from '@core/random/rng';
import { FIXTURES, hasFixtures, listFixtures } from '@core/testing/fixtures';
import { openGenerator, openLanguageModel, type LanguageModel } from './language-model';
import { OrtExecutor } from './ort-executor';

const folders = listFixtures('models', 'expected/generate.json');
const executor = new OrtExecutor({ threads: 1 });

const STEP = {
  learningRate: 1e-2,
  beta1: 0.9,
  beta2: 0.95,
  eps: 1e-8,
  weightDecay: 0,
  decay: 'matrices',
  clipNorm: 1,
} as const;

/** Samples a few continuations of prompts of different lengths. */
function sample(
  model: LanguageModel,
  generator: ReturnType<LanguageModel['createGenerator']>,
): Promise<{ prefix: number[]; result: GenerationResult }[]> {
  return Promise.all(
    ['Ada has 3 shells.', 'So', 'How many coins does Lena have now, and who took the other ones?'].map(
      async (text, i) => {
        const prefix = [
          ...model.tokenizer.encodeChat([{ role: 'user', content: text }], { addGenerationPrompt: true }),
        ];
        const result = await generator.generate({
          prefixIds: prefix,
          maxNewTokens: 30,
          temperature: 0.8,
          stopIds: [],
          rng: createRng(i),
        });
        return { prefix, result };
      },
    ),
  );
}

/** Largest difference between log-probabilities noted at sampling and those that the trainer computes of the same text. */
async function largestGap(
  samples: Awaited<ReturnType<typeof sample>>,
  logProbs: (rows: { ids: Int32Array }[]) => Promise<readonly Float32Array[]>,
) {
  const trained = await logProbs(
    samples.map(({ prefix, result }) => ({ ids: Int32Array.from([...prefix, ...result.ids]) })),
  );
  const gaps = samples.flatMap(({ prefix, result }, row) =>
    Array.from(result.logProbs, (logProb, t) => Math.abs(logProb - (trained[row]?.[prefix.length + t] ?? Number.NaN))),
  );
  expect(gaps).toHaveLength(samples.reduce((sum, { result }) => sum + result.ids.length, 0));
  return Math.max(...gaps);
}

it.skipIf(!hasFixtures)('finds models to check', () => expect(folders.length).toBeGreaterThan(0));

describe.each(folders)('openLanguageModel on %s', (name) => {
  it.each([
    { kind: 'full' },
    { kind: 'lora', rank: 4, alpha: 8, rng: createRng(5), trainableRows: [7, 8, 9] },
  ] as const)(
    'samples with the log-probabilities that the trainer computes, before and after a step of $kind training',
    async (mode) => {
      const model = await openLanguageModel(join(FIXTURES, 'models', name), { executor });
      const generator = model.createGenerator();
      const trainer = await model.createTrainer({ mode, maxTokensPerMicroBatch: 512 });
      const before = await sample(model, generator);
      expect(await largestGap(before, (rows) => trainer.logProbs(rows))).toBeLessThan(2e-5);
      const rows = before.map(({ prefix, result }) => {
        const ids = Int32Array.from([...prefix, ...result.ids]);
        return { ids, weights: Float32Array.from(ids, (_, t) => (t < prefix.length ? 0 : 1)) };
      });
      await trainer.accumulate(rows, { kind: 'nll', normaliser: 90 });
      await trainer.step(STEP);
      const after = await sample(model, generator);
      expect(after).not.toEqual(before);
      expect(await largestGap(after, (found) => trainer.logProbs(found))).toBeLessThan(2e-5);
      await Promise.all([generator.dispose(), trainer.dispose()]);
    },
  );
});

describe.skipIf(!hasFixtures)('openGenerator', () => {
  const path = join(FIXTURES, 'models', folders[0] ?? '');

  it.each([{}, { maxBakedBytes: 0 }])('writes what a generator made after loading writes (%o)', async (settings) => {
    const { model, generator } = await openGenerator(path, { executor }, settings);
    const later = (await openLanguageModel(path, { executor })).createGenerator(settings);
    expect(await sample(model, generator)).toEqual(await sample(model, later));
    await Promise.all([generator.dispose(), later.dispose()]);
  });

  it('gives back its graphs when the weights cannot be read', async () => {
    let open = 0;
    const counting = {
      compile: async (onnx: Uint8Array) => {
        const compiled = await executor.compile(onnx);
        open++;
        return {
          run: compiled.run.bind(compiled),
          dispose: async () => {
            open--;
            await compiled.dispose();
          },
        };
      },
    };
    const stop = new CancelledError();
    const cancel = {
      aborted: true,
      throwIfAborted: () => {
        throw stop;
      },
    };
    const opening = openGenerator(path, { executor: counting, cancel }, { maxBakedBytes: 0 });
    await expect(opening).rejects.toBe(stop);
    expect(open).toBe(0);
  });
});
