import { describe, expect, it } from 'vitest';
import { Decoder } from '@core/generation/decoder';
import { createGenerator } from '@core/generation/generate';
import { KvRows, kvLayoutOf } from '@core/generation/kv-rows';
import { logNormaliser } from '@core/generation/sampler';
import { INT8_LARGEST } from '@core/models/quantise';
import { readModelConfig } from '@core/models/registry';
import { createRng } from '@core/random/rng';
import { OrtExecutor } from './ort-executor';
import { createWasmQuantiser } from './quantise-wasm';
import { listArchitectures, randomWeights } from './testing/architecture-cases';

const executor = new OrtExecutor({ threads: 1 });
/** The training graph is as near to decoding; see `decoding-equals-training.test.ts`. */
const TOLERANCE = 2e-5;

describe.each(listArchitectures())('decoding rows that begin alike, $name', ({ json }) => {
  const config = readModelConfig(json);

  it.skipIf(config.slidingWindow !== null)(
    'gives the log-probabilities of decoding each by itself, and the same cache',
    async () => {
      const { vocabSize } = config;
      const decoder = new Decoder({
        config,
        parameters: randomWeights(config),
        executor,
        maxContext: 96,
        logits: new Float32Array(5 * vocabSize),
        maxBakedBytes: 0,
        precision: 'fp32',
        quantiser: createWasmQuantiser(),
        int8Largest: async () => INT8_LARGEST,
      });
      const rng = createRng('shared');
      const draw = (count: number) => Array.from({ length: count }, () => rng.integer(vocabSize));
      const shared = draw(23);
      // One row holds nothing of its own yet.
      const texts = [0, 3, 9, 1].map((own) => [...shared, ...draw(own)]);
      const layout = kvLayoutOf(config);
      const [apart, together] = [new KvRows(layout), new KvRows(layout)];
      for (const rows of [apart, together]) {
        rows.resize(5, 64, 0);
        for (const [row, ids] of texts.entries()) await decoder.prefill(rows, row, [ids], [0]);
      }
      const span = together.read(2, 0, shared.length);
      const past = texts.map((ids) => ids.length);
      for (let step = 0; step < 6; step++) {
        const tokens = texts.map(() => rng.integer(vocabSize));
        const expected = (await decoder.decode(apart, tokens, past)).slice();
        const found = await decoder.decodeShared(together, tokens, past, span);
        for (let row = 0; row < texts.length; row++) {
          const of = (logits: Float32Array) => logits.subarray(row * vocabSize, (row + 1) * vocabSize);
          const [a, b] = [logNormaliser(of(expected)), logNormaliser(of(found))];
          of(expected).forEach((logit, id) =>
            expect(Math.abs(logit - a - (of(found)[id]! - b))).toBeLessThan(TOLERANCE),
          );
        }
        past.forEach((_, row) => past[row]!++);
      }
      for (const row of texts.keys()) {
        const [a, b] = [apart, together].map((rows) => rows.read(row, 0, past[row]!).data);
        a!.forEach((value, i) => expect(Math.abs(value - b![i]!)).toBeLessThan(1e-4));
      }
      await decoder.dispose();
    },
  );

  it('is what siblings of a long prompt are written with at int8, and nobody at fp32', async () => {
    const write = async (precision: 'fp32' | 'int8') => {
      const generator = createGenerator({
        config,
        parameters: randomWeights(config),
        executor,
        tokenizer: { decode: () => '' },
        maxBatch: 16,
        precision,
        quantiser: createWasmQuantiser(),
      });
      const rng = createRng('siblings');
      const length = Math.min(120, config.maxPositions - 8);
      const prefixIds = Array.from({ length }, () => rng.integer(config.vocabSize));
      await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          generator.generate({ prefixIds, maxNewTokens: 4, temperature: 1, stopIds: [], rng: rng.fork(`row ${i}`) }),
        ),
      );
      const { sharedTokens = 0 } = generator.stats;
      await generator.dispose();
      return { sharedTokens, length };
    };
    expect((await write('fp32')).sharedTokens).toBe(0);
    const { sharedTokens, length } = await write('int8');
    const pays = config.slidingWindow === null && (length - 1) * 15 >= 1200;
    expect(sharedTokens > 0).toBe(pays);
  });
});
