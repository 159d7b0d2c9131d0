import { createGenerator } from '@core/generation/generate';
import { createRng } from '@core/random/rng';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { drawWeights, SHAPES, type MeasuredShape } from './models';
import { askPeer } from './peer';
import type { Measurement } from './row';

/** Sequences at once, and new tokens of each: enough for a second or so, few enough for a slow machine. */
const CASES: Readonly<
  Record<MeasuredShape, readonly { readonly rows: number; readonly newTokens: number; readonly goal?: number }[]>
> = {
  'tiny 1.8M': [
    { rows: 1, newTokens: 256 },
    { rows: 8, newTokens: 256 },
    { rows: 32, newTokens: 128 },
    { rows: 64, newTokens: 128, goal: 12_000 },
  ],
  '135M': [
    { rows: 1, newTokens: 24 },
    { rows: 8, newTokens: 16 },
    { rows: 32, newTokens: 12, goal: 350 },
  ],
};
const CONTEXT = 128;
const REPETITIONS = 5;

/**
 * New tokens per second behind a context of 128 tokens, sampling at temperature 0.7 included. The contexts are in the prefix cache from a
 * first, uncounted round, so that decoding alone is timed.
 */
export async function measureDecoding(shape: MeasuredShape, log: (line: string) => void): Promise<Measurement[]> {
  const config = SHAPES[shape];
  const parameters = drawWeights(config);
  const measured: Measurement[] = [];
  for (const { rows, newTokens, goal } of CASES[shape]) {
    const generator = createGenerator({
      config,
      parameters,
      executor: new OrtExecutor(),
      tokenizer: { decode: () => '' },
      maxBatch: rows,
      maxContext: 512,
      pause: () => new Promise((resolve) => setImmediate(resolve)),
    });
    const rng = createRng('decode');
    const contexts = Array.from({ length: rows }, () =>
      Array.from({ length: CONTEXT }, () => rng.integer(config.vocabSize)),
    );
    const samples: number[] = [];
    for (let repetition = -1; repetition < REPETITIONS; repetition++) {
      const begin = performance.now();
      const results = await Promise.all(
        contexts.map((prefixIds, row) =>
          generator.generate({
            prefixIds,
            maxNewTokens: newTokens,
            temperature: 0.7,
            stopIds: [],
            rng: rng.fork(`${repetition}/${row}`),
          }),
        ),
      );
      const seconds = (performance.now() - begin) / 1000;
      if (repetition >= 0) samples.push(results.reduce((sum, { ids }) => sum + ids.length, 0) / seconds);
    }
    await generator.dispose();
    const peerSamples = askPeer(
      { task: 'decode', config, rows, context: CONTEXT, newTokens, repetitions: REPETITIONS },
      log,
    );
    measured.push({
      case: `decode ${shape}, ${rows} at once`,
      unit: 'tok/s',
      samples,
      peerSamples,
      ...(goal !== undefined && { goal }),
    });
  }
  return measured;
}
