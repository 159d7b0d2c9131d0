import { describe, expect, it } from 'vitest';
import { hasFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { countWeights, loadGoldenModel, readGoldenRows, relativeDistance } from './testing/golden-models';

interface PolicyFile {
  readonly base: string;
  readonly mask: number[][];
  readonly clip: number;
  readonly beta: number;
  readonly logp_old: number[][];
  readonly logp_ref: number[][];
  readonly advantages: number[][];
  readonly loss_f64: number;
}

describe.runIf(hasFixtures)('the clipped policy loss through a model', () => {
  it.each([4096, 32])(
    'gives the golden loss and the gradient of every parameter, %i tokens at once',
    async (maxTokens) => {
      const file = readJsonFixture<PolicyFile>('rl', 'through_model.json');
      const path = file.base.replace(/^(\.\.\/)+/, '');
      const { config, store } = loadGoldenModel(path);
      const trainer = await createTrainer({
        config,
        parameters: store,
        executor: new OrtExecutor(),
        kernel: createWasmAdamW(),
        mode: { kind: 'full' },
        maxTokensPerMicroBatch: maxTokens,
      });
      // The file's position t belongs to token t + 1.
      const shift = (values: number[][]) => values.map((row) => [0, ...row]);
      const rows = readGoldenRows(path).map(({ ids }, row) => ({
        ids,
        weights: Float32Array.from([0, ...(file.mask[row] ?? [])].slice(0, ids.length)),
      }));
      const { loss, policy } = await trainer.accumulate(rows, {
        kind: 'policy',
        normaliser: countWeights(rows),
        oldLogProbs: shift(file.logp_old),
        refLogProbs: shift(file.logp_ref),
        advantages: shift(file.advantages),
        clipLow: file.clip,
        clipHigh: file.clip,
        klCoefficient: file.beta,
        klEstimator: 'k3',
      });
      expect(Math.abs(loss - file.loss_f64)).toBeLessThan(1e-5);
      expect(policy?.clippedFraction).toBeGreaterThan(0);
      const expected = readTensorFixture('rl', 'through_model.grads.f64.safetensors');
      const gradients = trainer.gradients();
      expect(gradients.map((gradient) => gradient.name).sort()).toEqual([...expected.keys()].sort());
      for (const { name, data } of gradients)
        expect({ name, close: relativeDistance(data, expected.get(name)?.data ?? []) < 2e-5 }).toEqual({
          name,
          close: true,
        });
      await trainer.dispose();
    },
  );
});
