import { describe, expect, it } from 'vitest';
import { OrtExecutor } from '../../main/engine/ort-executor';
import { NumericError } from '../errors';
import type { GraphExecutor } from '../ports';
import { createRng } from '../random/rng';
import { createGenerator } from './generate';
import type { GenerationRequest } from './generator';
import { hasFixtures } from '../testing/fixtures';
import { fixtureModels, readFixtureModel } from './testing/fixture-model';

const tokenizer = { decode: (ids: ArrayLike<number>) => Array.from(ids, (id) => `<${id}>`).join('') };

function open(
  model: string,
  options: { maxBatch?: number; kvBytes?: number; maxContext?: number; maxBakedBytes?: number } = {},
) {
  const { config, parameters } = readFixtureModel(model);
  return {
    config,
    parameters,
    generator: createGenerator({
      config,
      parameters,
      executor: new OrtExecutor({ threads: 1 }),
      tokenizer,
      ...options,
    }),
  };
}

const requestOf = (vocabSize: number, seed: number, length: number): GenerationRequest => {
  const rng = createRng(seed);
  return {
    prefixIds: Array.from({ length }, () => rng.integer(vocabSize)),
    maxNewTokens: 12,
    temperature: 0.8,
    stopIds: [],
    rng: createRng(`sample ${seed}`),
    probeIds: [1, 2, 3],
  };
};

describe.each(fixtureModels())('createGenerator on %s', (model) => {
  it('gives a request the same tokens in any company, and log-probabilities within 2e-5', async () => {
    const { config, generator } = open(model, { maxBatch: 5 });
    const plan = Array.from({ length: 14 }, (_, i) => [i, 1 + ((i * 11) % 45)] as const);
    const together = await Promise.all(
      plan.map(([seed, length]) => generator.generate(requestOf(config.vocabSize, seed, length))),
    );
    await generator.dispose();
    const { generator: alone } = open(model, { maxBatch: 1 });
    for (const [i, [seed, length]] of plan.entries()) {
      alone.clearCache();
      const result = await alone.generate(requestOf(config.vocabSize, seed, length));
      expect([...result.ids]).toEqual([...(together[i]?.ids ?? [])]);
      result.logProbs.forEach((logProb, t) =>
        expect(Math.abs(logProb - (together[i]?.logProbs[t] ?? 0))).toBeLessThan(2e-5),
      );
      result.probeLogProbs?.forEach((logProb, t) =>
        expect(Math.abs(logProb - (together[i]?.probeLogProbs?.[t] ?? 0))).toBeLessThan(2e-5),
      );
    }
    await alone.dispose();
  });

  it('gives bitwise the same numbers when the same requests come in the same order', async () => {
    const runs = await Promise.all(
      [1, 2].map(async () => {
        const { config, generator } = open(model, { maxBatch: 4 });
        const results = await Promise.all(
          [3, 40, 17, 9, 22, 5].map((length, seed) => generator.generate(requestOf(config.vocabSize, seed, length))),
        );
        await generator.dispose();
        return results;
      }),
    );
    expect(runs[0]).toEqual(runs[1]);
  });

  it('continues a forked prefix from the cache as if it were computed anew', async () => {
    const { config, generator } = open(model);
    const base = requestOf(config.vocabSize, 1, 30);
    const first = await generator.generate(base);
    const forked = {
      ...requestOf(config.vocabSize, 2, 1),
      prefixIds: [...Array.from(base.prefixIds), ...first.ids, 5, 6, 7, 8, 9, 10, 11, 12, 13],
    };
    const reused = await generator.generate(forked);
    expect(generator.stats.reusedTokens).toBe(30 + first.ids.length);
    generator.clearCache();
    const anew = await generator.generate({ ...forked, rng: createRng('sample 2') });
    expect([...reused.ids]).toEqual([...anew.ids]);
    reused.logProbs.forEach((logProb, t) => expect(Math.abs(logProb - (anew.logProbs[t] ?? 0))).toBeLessThan(2e-5));
    await generator.dispose();
  });
});

describe.skipIf(!hasFixtures)('createGenerator', () => {
  it('reports numbers that are not finite as such, and fails only that', async () => {
    const { config, parameters, generator } = open('tiny-llama');
    const norm = parameters.get('model.norm.weight').data;
    const kept = norm[3] ?? 0;
    norm[3] = Number.NaN;
    await expect(generator.generate(requestOf(config.vocabSize, 1, 5))).rejects.toThrow(NumericError);
    norm[3] = kept;
    parameters.markChanged();
    expect((await generator.generate(requestOf(config.vocabSize, 1, 5))).ids).toHaveLength(12);
    await generator.dispose();
  });

  it.each([0, 2 ** 26])(
    'follows weights that change, and forgets prefixes of older ones (compiled in up to %i bytes)',
    async (maxBakedBytes) => {
      const { config, parameters, generator } = open('tiny-llama', { maxBakedBytes });
      const before = await generator.generate(requestOf(config.vocabSize, 1, 30));
      const projection = parameters.get('model.layers.0.self_attn.k_proj.weight').data;
      projection.forEach((value, i) => (projection[i] = -value));
      parameters.markChanged();
      const changed = await generator.generate(requestOf(config.vocabSize, 1, 30));
      expect(changed.logProbs).not.toEqual(before.logProbs);
      const fresh = createGenerator({
        config,
        parameters,
        executor: new OrtExecutor({ threads: 1 }),
        tokenizer,
        maxBakedBytes,
      });
      expect(await fresh.generate(requestOf(config.vocabSize, 1, 30))).toEqual(changed);
      await Promise.all([generator.dispose(), fresh.dispose()]);
    },
  );

  it('stops at a stop text with the ids that complete it', async () => {
    const { config, generator } = open('tiny-llama');
    const whole = await generator.generate(requestOf(config.vocabSize, 4, 8));
    const [a, b, c, d] = whole.ids;
    const cut = await generator.generate({
      ...requestOf(config.vocabSize, 4, 8),
      rng: createRng('sample 4'),
      stopTexts: [`${b}><${c}><${d}>`],
    });
    expect([...cut.ids]).toEqual([a, b, c, d]);
    expect(cut.stopReason).toBe('stop');
    await generator.dispose();
  });

  it('keeps to the context, the batch and the memory it was given', async () => {
    const { config, generator } = open('tiny-llama', { maxContext: 40, maxBatch: 3, kvBytes: 40_000 });
    const results = await Promise.all(
      Array.from({ length: 9 }, (_, i) => generator.generate(requestOf(config.vocabSize, i, 33))),
    );
    expect(results.map(({ stopReason, ids }) => [stopReason, ids.length])).toEqual(results.map(() => ['context', 7]));
    expect(generator.stats.peakKvBytes).toBeLessThanOrEqual(60_000);
    await generator.dispose();
  });

  it('tries again after a graph could not be compiled', async () => {
    const { config, parameters } = readFixtureModel('tiny-llama');
    const working = new OrtExecutor({ threads: 1 });
    let failures = 1;
    const executor: GraphExecutor = {
      compile: (onnx, options) =>
        failures-- > 0 ? Promise.reject(new Error('no memory')) : working.compile(onnx, options),
    };
    const generator = createGenerator({ config, parameters, executor, tokenizer });
    await expect(generator.generate(requestOf(config.vocabSize, 1, 5))).rejects.toThrow('no memory');
    expect((await generator.generate(requestOf(config.vocabSize, 1, 5))).ids).toHaveLength(12);
    await generator.dispose();
  });

  it.each([
    [{ prefixIds: [1, 2, 99_999] }, 'token-unknown', 'the text to continue, token 3'],
    [{ prefixIds: [1, -1] }, 'token-unknown', 'the text to continue, token 2'],
    [{ prefixIds: [1], probeIds: [99_999] }, 'token-unknown', 'the tokens asked about, token 1'],
    [{ prefixIds: Array.from({ length: 41 }, () => 1) }, 'prefix-too-long', undefined],
  ])('refuses what the model cannot read: %o', async (part, code, where) => {
    const { config, generator } = open('tiny-llama', { maxContext: 40 });
    const request = { maxNewTokens: 3, temperature: 0, stopIds: [], ...part };
    await expect(generator.generate(request)).rejects.toMatchObject({
      kind: 'validation',
      facts: { code, ...(where && { where }), wayOut: expect.any(String) },
    });
    // Others are served as if nothing had happened, and a prefix as long as the context is no error.
    const fitting = await generator.generate({
      ...request,
      probeIds: [1],
      prefixIds: Array.from({ length: 40 }, () => 1),
    });
    expect([fitting.ids.length, fitting.stopReason]).toEqual([0, 'context']);
    expect(fitting.probeLogProbs).toHaveLength(1);
    expect((await generator.generate(requestOf(config.vocabSize, 1, 5))).ids).toHaveLength(12);
    await generator.dispose();
  });

  it('refuses an empty prefix by name', async () => {
    const { generator } = open('tiny-llama');
    await expect(generator.generate({ prefixIds: [], maxNewTokens: 1, temperature: 0, stopIds: [] })).rejects.toThrow(
      'without tokens',
    );
    await generator.dispose();
  });
});
