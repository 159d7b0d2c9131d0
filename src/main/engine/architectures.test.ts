import { describe, expect, it } from 'vitest';
import { createGenerator } from '@core/generation/generate';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig, ParameterStore } from '@core/models/model-config';
import { ARCHITECTURES, readModelConfig } from '@core/models/registry';
import { evaluateProgram } from '@core/ops/reference';
import { createRng } from '@core/random/rng';
import { tensor64, type Tensor64 } from '@core/tensor/tensor64';
import { accumulatedOf, buildTrainGraph, gradientOf } from '@core/train/train-graph';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { OrtExecutor } from './ort-executor';
import { ARCHITECTURE_CASES, listArchitectures, randomWeights, readable, WINDOW } from './testing/architecture-cases';
import { relativeDistance } from './testing/golden-models';

const executor = new OrtExecutor({ threads: 1 });
const kernel = createWasmAdamW();
const LENGTH = 32;

it('has a case of every family', () =>
  expect(Object.keys(ARCHITECTURE_CASES).sort()).toEqual(Object.keys(ARCHITECTURES).sort()));

describe.each(listArchitectures())('$name', ({ json }) => {
  const config = readModelConfig(json);
  const store = randomWeights(config);
  const rng = createRng('ids');
  const ids = Int32Array.from({ length: LENGTH + 1 }, () => rng.integer(config.vocabSize));
  const expected = evaluateTraining(config, store, ids);

  it('trains with the log-probabilities and gradients of the float64 reference, however attention is cut', async () => {
    const trainer = await createTrainer({
      config,
      parameters: store,
      executor,
      kernel,
      mode: { kind: 'full' },
      checkpointing: true,
      maxTokensPerMicroBatch: 4096,
    });
    const weights = new Float32Array(ids.length).fill(1);
    const { logProbs } = await trainer.accumulate([{ ids, weights }], { kind: 'nll', normaliser: LENGTH });
    expected.logProbs.forEach((value, i) => expect(Math.abs((logProbs[0]?.[i + 1] ?? 0) - value)).toBeLessThan(2e-5));
    for (const { name, data } of await trainer.gradients())
      expect({ name, close: relativeDistance(data, expected.gradients.get(name) ?? []) < 5e-5 }).toEqual({
        name,
        close: true,
      });
    await trainer.dispose();
  });

  it.each([0, 2 ** 26])(
    'generates with the same log-probabilities after any prefix, %i bytes baked',
    async (maxBakedBytes) => {
      const generator = createGenerator({
        config,
        parameters: store,
        executor,
        tokenizer: { decode: () => '' },
        maxBakedBytes,
      });
      // All prefixes at once, longest first: rows of different lengths share steps, prefixes are prefilled upon others.
      const lengths = Array.from({ length: LENGTH }, (_, i) => LENGTH - i);
      const probes = await Promise.all(
        lengths.map((length) =>
          generator.generate({
            prefixIds: [...ids.slice(0, length)],
            maxNewTokens: 0,
            temperature: 0,
            stopIds: [],
            probeIds: [ids[length] ?? 0],
          }),
        ),
      );
      lengths.forEach((length, i) =>
        expect(Math.abs((probes[i]?.probeLogProbs?.[0] ?? 0) - (expected.logProbs[length - 1] ?? 0))).toBeLessThan(
          2e-5,
        ),
      );
      // And token by token from the first one on, upon a growing cache.
      const forced = await generator.generate({
        prefixIds: [ids[0] ?? 0],
        maxNewTokens: LENGTH,
        temperature: 1,
        stopIds: [],
        rng: createRng('sampler'),
        constraint: { allowed: (newIds) => [ids[newIds.length + 1] ?? 0] },
      });
      forced.logProbs.forEach((value, i) => expect(Math.abs(value - (expected.logProbs[i] ?? 0))).toBeLessThan(2e-5));
      expect(forced.logProbs.length).toBe(LENGTH);
      await generator.dispose();
    },
  );
});

describe('a sliding window', () => {
  const read = (change: object) => readModelConfig(readable('mistral', change));

  it('as long as the context changes nothing', () => {
    expect(read({ sliding_window: 64 })).toEqual(read({ sliding_window: null }));
    expect(read({ sliding_window: 63 }).slidingWindow).toEqual({ size: 63, layers: [true, true, true] });
  });

  it('hides what lies further back, and nothing else: one layer of window w knows w tokens', () => {
    const config = read({ sliding_window: WINDOW, num_hidden_layers: 1 });
    const store = randomWeights(config);
    const ids = Int32Array.from({ length: LENGTH + 1 }, (_, i) => i % 31);
    const of = (changed: number) =>
      evaluateTraining(
        config,
        store,
        ids.map((id, i) => (i === changed ? (id + 7) % 31 : id)),
      ).logProbs;
    const [before, after] = [of(-1), of(3)];
    // Token 3 is what position 2 predicts; positions 3 to 3 + w - 1 see it.
    const changed = [...before.keys()].filter((i) => before[i] !== after[i]);
    expect(changed).toEqual([2, 3, 4, 5, 6, 7]);
  });
});

/** One row through the training graph in float64, attention and head uncut. */
function evaluateTraining(config: ModelConfig, store: ParameterStore, ids: Int32Array) {
  const names = listParameters(config).map(({ name }) => name);
  const length = ids.length - 1;
  const program = buildTrainGraph({
    config,
    plan: { weights: new Set(names), adapters: new Map(), rows: new Map() },
    loss: 'nll',
    checkpointing: false,
    headChunks: 1,
    segmented: false,
    runs: 1,
    grain: length,
  });
  const feeds: Record<string, Tensor64> = {
    ids: tensor64([1, length], [...ids.slice(0, length)]),
    targets: tensor64([1, length], [...ids.slice(1)]),
    weights: tensor64([1, length], () => 1),
    inverseNormaliser: tensor64([1], [1 / length]),
  };
  for (const name of names) {
    const { dims, data } = store.get(name);
    feeds[name] = tensor64(dims, [...data]);
    feeds[accumulatedOf(name)] = tensor64(dims, () => 0);
  }
  const results = evaluateProgram(program, feeds);
  return {
    logProbs: [...(results['logProbs']?.data ?? [])],
    gradients: new Map(names.map((name) => [name, results[gradientOf(name)]?.data ?? []] as const)),
  };
}
