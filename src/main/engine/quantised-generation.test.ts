import { describe, expect, it } from 'vitest';
import { createGenerator } from '@core/generation/generate';
import type { DecodePrecision } from '@core/models/decode-precision';
import { readModelConfig } from '@core/models/registry';
import { createRng } from '@core/random/rng';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { probeInt8Range } from './int8-range';
import { OrtExecutor } from './ort-executor';
import { createWasmQuantiser } from './quantise-wasm';
import { listArchitectures, randomWeights } from './testing/architecture-cases';

const executor = new OrtExecutor({ threads: 1 });

/**
 * Mean differences of log-probabilities, nats. These models' logits spread over several nats, so a wrong scale, bias or order of weights gives
 * more; random weights round worse than trained ones, whose figures are in docs/experiments.md.
 */
const BOUNDS: Readonly<Record<Exclude<DecodePrecision, 'fp32'>, number>> = { int8: 0.25, int4: 0.9 };

describe.each(listArchitectures())('generation with quantised weights, $name', ({ json }) => {
  const config = readModelConfig(json);

  it.each([
    { precision: 'int8', rows: 1 },
    { precision: 'int8', rows: 9 },
    { precision: 'int4', rows: 1 },
    { precision: 'int4', rows: 9 },
  ] as const)(
    'stays near the trainer at $precision with $rows rows, also after its weights changed',
    async ({ precision, rows }) => {
      const parameters = randomWeights(config);
      const generator = createGenerator({
        config,
        parameters,
        executor,
        tokenizer: { decode: () => '' },
        maxBatch: rows,
        precision,
        quantiser: createWasmQuantiser(),
      });
      const kernel = createWasmAdamW();
      const trainer = await createTrainer({
        config,
        parameters,
        executor,
        kernel,
        mode: { kind: 'frozen' },
        maxTokensPerMicroBatch: 512,
      });
      const gap = async (seed: string) => {
        const rng = createRng(seed);
        const prefixes = Array.from({ length: rows }, (_, i) =>
          Array.from({ length: 4 + i }, () => rng.integer(config.vocabSize)),
        );
        const results = await Promise.all(
          prefixes.map((prefixIds, i) =>
            generator.generate({ prefixIds, maxNewTokens: 12, temperature: 1, stopIds: [], rng: rng.fork(`row ${i}`) }),
          ),
        );
        const exact = await trainer.logProbs(
          prefixes.map((prefix, i) => ({ ids: Int32Array.from([...prefix, ...(results[i]?.ids ?? [])]) })),
        );
        const gaps = results.flatMap(({ logProbs }, row) =>
          [...logProbs].map((value, t) => Math.abs(value - (exact[row]?.[(prefixes[row]?.length ?? 0) + t] ?? 99))),
        );
        return { mean: gaps.reduce((sum, each) => sum + each, 0) / gaps.length, largest: Math.max(...gaps) };
      };
      const before = await gap('before');
      for (const name of parameters.names) parameters.get(name).data.reverse();
      parameters.markChanged();
      const after = await gap('after');
      for (const { mean, largest } of [before, after]) {
        expect(mean).toBeLessThan(BOUNDS[precision]);
        // Not the exact weights by mistake.
        expect(largest).toBeGreaterThan(1e-4);
      }
      await Promise.all([generator.dispose(), trainer.dispose()]);
    },
  );
});

describe('probeInt8Range', () => {
  it('gives seven or eight bits, and the same each time', async () => {
    const range = await probeInt8Range(executor);
    expect([63, 127]).toContain(range);
    expect(await probeInt8Range(executor)).toBe(range);
  });
});
