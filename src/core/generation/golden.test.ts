import { describe, expect, it } from 'vitest';
import { OrtExecutor } from '../../main/engine/ort-executor';
import { OUTPUT_PATHS } from '../../main/engine/probe-binding';
import { hasFixtures } from '../testing/fixtures';
import { createGenerator } from './generate';
import { fixtureModels, readExpected, readFixtureModel } from './testing/fixture-model';

interface ExpectedGeneration {
  readonly max_new_tokens: number;
  readonly stop_ids: number[];
  readonly temperature: number;
  readonly rows: readonly {
    readonly prompt_ids: number[];
    readonly new_ids: number[];
    readonly finish: 'stop' | 'length';
    readonly continuation_ids: number[];
    readonly logprobs_f64: number[];
    readonly logprobs_at_1_f64: number[];
  }[];
}

const noTexts = { decode: () => '' };

it.skipIf(!hasFixtures)('finds models to check', () => expect(fixtureModels().length).toBeGreaterThan(0));

describe.each(
  fixtureModels().flatMap((model) => [
    { model, weights: 'compiled in', maxBakedBytes: 2 ** 26, path: 'stopped' as const },
    ...OUTPUT_PATHS.map((path) => ({ model, weights: 'as inputs', maxBakedBytes: 0, path })),
  ]),
)('$model, weights $weights, results $path', ({ model, maxBakedBytes, path }) => {
  it('continues greedily as the reference does', async () => {
    const expected = readExpected<ExpectedGeneration>(model, 'generate.json');
    const { config, parameters } = readFixtureModel(model);
    const generator = createGenerator({
      config,
      parameters,
      executor: new OrtExecutor({ threads: 1, path }),
      tokenizer: noTexts,
      maxBakedBytes,
    });
    const results = await Promise.all(
      expected.rows.map(({ prompt_ids }) =>
        generator.generate({
          prefixIds: prompt_ids,
          maxNewTokens: expected.max_new_tokens,
          temperature: 0,
          stopIds: expected.stop_ids,
        }),
      ),
    );
    expect(results.map(({ ids }) => [...ids])).toEqual(expected.rows.map(({ new_ids }) => new_ids));
    expect(results.map(({ stopReason }) => stopReason)).toEqual(expected.rows.map(({ finish }) => finish));
    await generator.dispose();
  });

  it('gives the reference log-probabilities of a forced continuation, at temperature 1 and as sampled', async () => {
    const expected = readExpected<ExpectedGeneration>(model, 'generate.json');
    const { config, parameters } = readFixtureModel(model);
    const generator = createGenerator({
      config,
      parameters,
      executor: new OrtExecutor({ threads: 1, path }),
      tokenizer: noTexts,
      maxBakedBytes,
    });
    for (const row of expected.rows) {
      // Stands before the whole continuation, and knows of each position: the probe of every prefix of it.
      const probes = await Promise.all(
        row.continuation_ids.map((id, i) =>
          generator.generate({
            prefixIds: [...row.prompt_ids, ...row.continuation_ids.slice(0, i)],
            maxNewTokens: 0,
            temperature: 0,
            stopIds: [],
            probeIds: [id],
          }),
        ),
      );
      probes.forEach(({ probeLogProbs }, i) =>
        expect(Math.abs(probeLogProbs![0]! - row.logprobs_at_1_f64[i]!)).toBeLessThan(1e-4),
      );
      const forced = await generator.generate({
        prefixIds: row.prompt_ids,
        maxNewTokens: row.continuation_ids.length,
        temperature: expected.temperature,
        stopIds: [],
        rng: {
          next: () => 0.5,
          normal: () => 0,
          integer: () => 0,
          fork: () => {
            throw new Error('not used');
          },
          save: () => [],
        },
        constraint: { allowed: (newIds) => [row.continuation_ids[newIds.length]!] },
      });
      expect([...forced.ids]).toEqual(row.continuation_ids);
      forced.logProbs.forEach((logProb, i) => expect(Math.abs(logProb - row.logprobs_at_1_f64[i]!)).toBeLessThan(1e-4));
    }
    await generator.dispose();
  });
});
