import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CancelledError } from '@core/errors';
import { createGenerator } from '@core/generation/generate';
import type { GenerationResult } from '@core/generation/generator';
import { readModelConfig } from '@core/models/registry';
import { createRng } from '@core/random/rng';
import { createTrainer } from '@core/train/trainer';
import { createWasmAdamW } from './adamw-wasm';
import { createWasmLogitsKernel } from './logits-wasm';
import { OrtExecutor } from './ort-executor';
import { listArchitectures, randomWeights } from './testing/architecture-cases';

/** Largest difference between a log-probability noted at sampling and the training graph's. */
const TOLERANCE = 2e-5;
const RUNS_PER_MODEL = 12;
const TEMPERATURES = [0, 0.6, 1, 1.4];

const executor = new OrtExecutor({ threads: 1 });
const kernel = createWasmAdamW();

/** What happens next; numbers choose among what is there, whatever that is. */
const commands = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('add' as const), length: fc.nat(40), more: fc.nat(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('fork' as const), of: fc.nat(), at: fc.nat(), more: fc.nat(9) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), of: fc.nat() }) },
  // Lets the scheduler go on for a while, so that what comes next meets rows half done.
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), turns: fc.nat(30) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('learn' as const) }) },
);

const schedules = fc.record({
  maxBatch: fc.integer({ min: 1, max: 6 }),
  // From a single short row to room for everything.
  kvBytes: fc.constantFrom(2 ** 13, 2 ** 16, 2 ** 20),
  maxBakedBytes: fc.constantFrom(0, 2 ** 26),
  commands: fc.array(commands, { minLength: 1, maxLength: 24 }),
});

interface Text {
  readonly prefix: readonly number[];
  readonly temperature: number;
  readonly probe: number;
  readonly result: GenerationResult;
}

describe.each(listArchitectures())('decoding $name', ({ json }) => {
  const config = readModelConfig(json);

  it('gives each token the log-probability of the training graph, whatever was added, forked, dropped and refilled', async () => {
    await fc.assert(
      fc.asyncProperty(schedules, async ({ commands: todo, ...limits }) => {
        const parameters = randomWeights(config);
        const generator = createGenerator({
          config,
          parameters,
          executor,
          tokenizer: { decode: () => '' },
          logitsKernel: createWasmLogitsKernel(),
          ...limits,
        });
        const mode = { kind: 'frozen' } as const;
        const trainer = await createTrainer({
          config,
          parameters,
          executor,
          kernel,
          mode,
          maxTokensPerMicroBatch: 256,
        });
        const open: { readonly cancel: AbortController; readonly done: Promise<Text | null> }[] = [];
        /** Every text that was finished under the weights as they are. */
        let texts: Text[] = [];
        const begin = (prefix: readonly number[], more: number) => {
          const rng = createRng(`request ${open.length}`);
          const cancel = new AbortController();
          const temperature = TEMPERATURES[rng.integer(TEMPERATURES.length)] ?? 1;
          const probe = rng.integer(config.vocabSize);
          const done = generator
            .generate({
              prefixIds: prefix,
              maxNewTokens: more,
              temperature,
              stopIds: [0],
              rng: rng.fork('sampler'),
              probeIds: [probe],
              cancel: {
                get aborted() {
                  return cancel.signal.aborted;
                },
                throwIfAborted: () => cancel.signal.throwIfAborted(),
              },
            })
            .then(
              (result) => {
                const text = { prefix, temperature, probe, result };
                texts.push(text);
                return text;
              },
              (error: unknown) => {
                if (error instanceof CancelledError) return null;
                throw error;
              },
            );
          open.push({ cancel, done });
        };
        const settle = async () => {
          await Promise.all(open.map(({ done }) => done));
          expect(await largestGap(texts, trainer)).toBeLessThan(TOLERANCE);
        };
        const rng = createRng('prompts');
        for (const command of todo) {
          if (command.kind === 'add')
            begin(
              Array.from({ length: 1 + command.length }, () => rng.integer(config.vocabSize)),
              command.more,
            );
          if (command.kind === 'fork' && texts.length > 0) {
            const { prefix, result } = texts[command.of % texts.length]!;
            const whole = [...prefix, ...result.ids];
            begin(whole.slice(0, 1 + (command.at % whole.length)), command.more);
          }
          if (command.kind === 'drop') open[command.of % Math.max(1, open.length)]?.cancel.abort();
          if (command.kind === 'wait') for (let turn = 0; turn < command.turns; turn++) await nextTurn();
          if (command.kind === 'forget') generator.clearCache();
          if (command.kind === 'settle' || command.kind === 'learn') await settle();
          if (command.kind === 'learn') {
            texts = [];
            const { data } = parameters.get(parameters.names[0] ?? '');
            for (let i = 0; i < data.length; i++) data[i]! *= 1.05;
            parameters.markChanged();
          }
        }
        await settle();
        await Promise.all([generator.dispose(), trainer.dispose()]);
      }),
      { seed: 20, numRuns: RUNS_PER_MODEL },
    );
  });
});

/** Over every sampled token: at temperature 1, and at its own where it was drawn; and over the probes behind each text. */
async function largestGap(
  texts: readonly Text[],
  trainer: {
    logProbs(
      rows: readonly { readonly ids: Int32Array }[],
      options?: { readonly temperature?: number },
    ): Promise<readonly Float32Array[]>;
  },
): Promise<number> {
  let largest = 0;
  const note = (a: number | undefined, b: number | undefined) => {
    const gap = Math.abs((a ?? Number.NaN) - (b ?? Number.NaN));
    // Not a number is no agreement.
    largest = Number.isNaN(gap) ? Number.POSITIVE_INFINITY : Math.max(largest, gap);
  };
  if (texts.length === 0) return 0;
  const rows = texts.map(({ prefix, result, probe }) => ({ ids: Int32Array.from([...prefix, ...result.ids, probe]) }));
  const plain = await trainer.logProbs(rows);
  texts.forEach(({ prefix, result }, row) => {
    result.logProbs.forEach((value, t) => note(value, plain[row]?.[prefix.length + t]));
    if (result.probeLogProbs) note(result.probeLogProbs[0], plain[row]?.at(-1));
  });
  for (const temperature of TEMPERATURES.filter((each) => each > 0)) {
    const drawn = texts.filter((text) => text.temperature === temperature);
    if (drawn.length === 0) continue;
    const scaled = await trainer.logProbs(
      drawn.map(({ prefix, result, probe }) => ({ ids: Int32Array.from([...prefix, ...result.ids, probe]) })),
      { temperature },
    );
    drawn.forEach(({ prefix, result }, row) =>
      result.samplingLogProbs.forEach((value, t) => note(value, scaled[row]?.[prefix.length + t])),
    );
  }
  return largest;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
