import { describe, expect, it } from 'vitest';
import { createGenerator } from '@core/generation/generate';
import type { GenerationResult } from '@core/generation/generator';
import { DeviceWeights } from '@core/models/device-weights';
import type { ModelConfig, ParameterStore } from '@core/models/model-config';
import { readModelConfig } from '@core/models/registry';
import type { GraphExecutor } from '@core/ports';
import { createRng } from '@core/random/rng';
import { listFixtures } from '@core/testing/fixtures';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { randomWeights, readable } from './testing/architecture-cases';
import { countWeights, hasExpected, largestDistance, loadGoldenModel, readGoldenRows } from './testing/golden-models';
import { fallbacksOf, profiledWebGpu } from './testing/webgpu';
import { tryWebGpu, WebGpuExecutor } from './webgpu-executor';

const missing = await tryWebGpu();
const models = listFixtures('models', 'config.json').filter((name) => hasExpected(`models/${name}`, 'batch.json'));
const noTexts = { decode: () => '' };

interface Model {
  readonly name: string;
  readonly config: ModelConfig;
  readonly store: ParameterStore;
}

function golden(name: string): Model {
  return { name, ...loadGoldenModel(`models/${name}`) };
}

/** A model whose heads are filled up to what the attention takes. */
function oddHeads(): Model {
  const config = readModelConfig(readable('qwen3', { head_dim: 12 }));
  return { name: 'heads of 12', config, store: randomWeights(config) };
}

/** Requests with shared beginnings and other lengths than one another, more than there are rows; asked for twice, so that prefixes are reused. */
async function generate({ name, config, store }: Model, executor: GraphExecutor): Promise<readonly GenerationResult[]> {
  const generator = createGenerator({ config, parameters: store, executor, tokenizer: noTexts, maxBatch: 3 });
  const rng = createRng(name);
  const ids = (count: number) => Array.from({ length: count }, () => rng.integer(Math.min(200, config.vocabSize)));
  const shared = ids(18);
  const prefixes = [
    [...shared, ...ids(3)],
    [...shared, ...ids(7)],
    ids(2),
    ids(11),
    [...shared.slice(0, 9), ...ids(4)],
  ];
  const results: GenerationResult[] = [];
  for (let round = 0; round < 2; round++) {
    const requests = prefixes.map((prefix, index) =>
      generator.generate({
        prefixIds: [...prefix, ...ids(round)],
        maxNewTokens: 5 + index,
        temperature: 0,
        stopIds: [],
      }),
    );
    results.push(...(await Promise.all(requests)));
  }
  expect(generator.stats.reusedTokens).toBeGreaterThan(0);
  await generator.dispose();
  return results;
}

function expectSame(own: readonly GenerationResult[], reference: readonly GenerationResult[]): void {
  expect(own.length).toBe(reference.length);
  own.forEach(({ ids, logProbs }, index) => {
    const expected = reference[index];
    expect([...ids]).toEqual([...(expected?.ids ?? [])]);
    expect(largestDistance(logProbs, expected?.logProbs ?? [])).toBeLessThan(1e-4);
  });
}

describe.skipIf(missing !== null)(`decoding on WebGPU${missing === null ? '' : ` (not here: ${missing})`}`, () => {
  it.each(models)('continues as the processor does: %s', async (name) => {
    const device = new WebGpuExecutor();
    expectSame(await generate(golden(name), device), await generate(golden(name), new OrtExecutor()));
    await device.dispose();
  });

  it('continues as the processor does with heads that are filled up, and on the device alone', async () => {
    const { executor, takePlacement } = profiledWebGpu();
    expectSame(await generate(oddHeads(), executor), await generate(oddHeads(), new OrtExecutor()));
    expect(fallbacksOf(takePlacement())).toEqual([]);
  });

  it.runIf(models.length > 0)('sees a training step with the next token, without the host in between', async () => {
    const [name = ''] = models;
    const run = async (executor: GraphExecutor) => {
      const { config, store } = loadGoldenModel(`models/${name}`);
      const deviceWeights = executor.device ? new DeviceWeights(executor.device, store) : null;
      const shared = { config, parameters: store, executor, ...(deviceWeights && { deviceWeights }) };
      const generator = createGenerator({ ...shared, tokenizer: noTexts, maxBatch: 2 });
      const trainer = await createTrainer({
        ...shared,
        kernel: createWasmAdamW(),
        mode: { kind: 'full' },
        maxTokensPerMicroBatch: 256,
      });
      const rows = readGoldenRows(`models/${name}`);
      const request = { prefixIds: [1, 2, 3, 4], maxNewTokens: 6, temperature: 0, stopIds: [] };
      const before = await generator.generate(request);
      await trainer.accumulate(rows, { kind: 'nll', normaliser: countWeights(rows) });
      await trainer.step({
        learningRate: 1e-2,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-8,
        weightDecay: 0,
        decay: 'all',
        clipNorm: 1,
      });
      const after = await generator.generate(request);
      const [taught] = await trainer.logProbs([{ ids: Int32Array.from([...request.prefixIds, ...after.ids]) }]);
      await trainer.dispose();
      await generator.dispose();
      return { before, after, taught: taught?.subarray(request.prefixIds.length) ?? [] };
    };
    const [own, reference] = [await run(new WebGpuExecutor()), await run(new OrtExecutor())];
    expect([...own.after.ids]).toEqual([...reference.after.ids]);
    expect(largestDistance(own.after.logProbs, own.before.logProbs)).toBeGreaterThan(1e-2);
    expect(largestDistance(own.after.logProbs, own.taught)).toBeLessThan(2e-5);
  });

  it.runIf(models.length > 0)('leaves nothing but ids and shapes to the processor', async () => {
    const [name = ''] = models;
    const { executor, takePlacement } = profiledWebGpu();
    await generate(golden(name), executor);
    const nodes = takePlacement();
    expect(nodes.filter(({ provider }) => provider === 'WebGpuExecutionProvider').length).toBeGreaterThan(100);
    expect(fallbacksOf(nodes)).toEqual([]);
  });
});
