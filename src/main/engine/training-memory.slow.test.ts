import { expect, it } from 'vitest';
import { createRng } from '@core/random/rng';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { makeTinyModel, TINY_CONFIG } from './testing/tiny-model';

const CONFIG = {
  ...TINY_CONFIG,
  hiddenSize: 256,
  numLayers: 8,
  numHeads: 4,
  numKvHeads: 4,
  headDim: 64,
  intermediateSize: 768,
  vocabSize: 64,
};
const ROWS = 4;
const LENGTH = 512;

/** Largest resident size of this process so far, MB. */
const peakMb = () => process.resourceUsage().maxRSS / 1024;

async function takeStep(checkpointing: boolean): Promise<{ peak: number; gradients: number[] }> {
  const trainer = await createTrainer({
    config: CONFIG,
    parameters: makeTinyModel(CONFIG),
    executor: new OrtExecutor(),
    kernel: createWasmAdamW(),
    mode: { kind: 'full' },
    checkpointing,
    maxTokensPerMicroBatch: ROWS * LENGTH,
  });
  const rng = createRng(1);
  const rows = Array.from({ length: ROWS }, () => ({
    ids: Int32Array.from({ length: LENGTH + 1 }, () => rng.integer(CONFIG.vocabSize)),
    weights: new Float32Array(LENGTH + 1).fill(1),
  }));
  const before = peakMb();
  await trainer.accumulate(rows, { kind: 'nll', normaliser: ROWS * LENGTH });
  const gradients = (await trainer.gradients()).map(({ data }) =>
    data.reduce((total, value) => total + value * value, 0),
  );
  await trainer.dispose();
  return { peak: peakMb() - before, gradients };
}

it('needs far less memory when blocks are recomputed, and gives the same gradient', async () => {
  // The peak only grows, so the smaller one comes first. Without fences both would be alike: every weight gradient would wait for the end.
  const recomputed = await takeStep(true);
  const plain = await takeStep(false);
  plain.gradients.forEach((value, index) => expect((recomputed.gradients[index] ?? 0) / value).toBeCloseTo(1, 4));
  // Eight blocks of about 60 MB of activations, against one block and eight inputs of 2 MB.
  expect(plain.peak).toBeGreaterThan(200);
  expect(recomputed.peak).toBeLessThan(250);
});
