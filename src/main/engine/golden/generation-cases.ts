import { createGenerator, type GeneratorOptions } from '@core/generation/generate';
import type { GenerationResult, Generator, TokenConstraint } from '@core/generation/generator';
import { logProbAt } from '@core/generation/sampler';
import { readJsonFixture } from '@core/testing/fixtures';
import type { ChatMessage } from '@core/tokenizer/tokenizer';
import type { LanguageModel } from '../language-model';
import { Mismatches, Worst } from './compare';
import { once, type Finding, type Part } from './golden-set';
import { executor, EXECUTORS_BY_PATH, isCopy, readBatch } from './model-files';

interface GenerateFile {
  readonly max_new_tokens: number;
  readonly stop_ids: readonly number[];
  readonly temperature: number;
  readonly rows: readonly GenerateRow[];
}
interface GenerateRow {
  readonly text: string;
  readonly messages?: readonly ChatMessage[];
  readonly add_special_tokens: boolean;
  readonly prompt_ids: readonly number[];
  readonly new_ids: readonly number[];
  readonly finish: 'stop' | 'length';
  readonly new_text: string;
  readonly continuation_ids: readonly number[];
  readonly logprobs_f64: readonly number[];
  readonly logprobs_at_1_f64: readonly number[];
  readonly entropy_at_temperature_f64: readonly number[];
}

const TOLERANCE = 1e-4;

/** Continuations: greedy, forced, and the whole distribution at each place. */
export function generationParts(path: string, model: () => Promise<LanguageModel>): Part[] {
  if (isCopy(path)) return [];
  const read = once(() => readJsonFixture<GenerateFile>(path, 'expected', 'generate.json'));
  const needs = [`${path}/expected/generate.json`];
  const distributions = once(async () => probeContinuations(await model(), read()));
  const overTokens = (measure: (logits: Float32Array, row: GenerateRow, token: number) => number) => async () => {
    const worst = new Worst();
    (await distributions()).forEach((tokens, index) => {
      const row = read().rows[index];
      tokens.forEach((logits, token) => row && worst.note(measure(logits, row, token), `row ${index}, token ${token}`));
    });
    return worst.finding(TOLERANCE);
  };
  return [
    { name: 'ids of the prompts', needs, measure: async () => comparePrompts(await model(), read()) },
    {
      name: 'greedy ids, weights compiled in',
      needs,
      measure: async () => compareGreedy(read(), await greedy(await model(), read(), {})),
    },
    {
      name: 'greedy ids, weights as inputs',
      needs,
      measure: async () => compareGreedy(read(), await greedy(await model(), read(), { maxBakedBytes: 0 })),
    },
    ...EXECUTORS_BY_PATH.map(({ path: results, executor: on }) => ({
      name: `greedy ids, weights as inputs, results ${results}`,
      needs,
      measure: async () =>
        compareGreedy(read(), await greedy(await model(), read(), { maxBakedBytes: 0, executor: on })),
    })),
    {
      name: 'greedy text',
      needs,
      measure: async () => {
        const { tokenizer } = await model();
        const found = new Mismatches();
        (await greedy(await model(), read(), {})).forEach(({ ids }, row) => {
          const { new_text: text, prompt_ids: prompt } = read().rows[row] ?? { new_text: '', prompt_ids: [] };
          found.note(tokenizer.decode(ids, { skipSpecials: true }), text, `row ${row} after ${prompt.length} ids`);
        });
        return found.finding();
      },
    },
    { name: 'log-probabilities while scoring', needs, measure: async () => compareScores(await model(), read(), 1) },
    {
      name: 'log-probabilities while scoring, at the temperature',
      needs,
      measure: async () => compareScores(await model(), read(), read().temperature),
    },
    {
      name: 'log-probabilities while decoding, all rows together',
      needs,
      measure: async () => compareForced(await model(), read()),
    },
    {
      name: 'log-probabilities while decoding, at the temperature',
      needs,
      measure: overTokens((logits, row, token) => {
        const id = row.continuation_ids[token] ?? -1;
        const samplingLogProb = logProbAt(logits, id, read().temperature);
        return Math.abs(samplingLogProb - (row.logprobs_f64[token] ?? Number.NaN));
      }),
    },
    {
      name: 'entropy at the temperature',
      needs,
      measure: overTokens((logits, row, token) =>
        Math.abs(entropy(logits, read().temperature) - (row.entropy_at_temperature_f64[token] ?? Number.NaN)),
      ),
    },
    {
      name: 'loss of each token while decoding',
      needs: [`${path}/expected/batch.json`, `${path}/expected/loss.json`],
      measure: async () => compareDecodedLosses(await model(), path),
    },
  ];
}

async function withGenerator<T>(
  { config, parameters, tokenizer }: LanguageModel,
  options: Partial<GeneratorOptions>,
  body: (generator: Generator) => Promise<T>,
): Promise<T> {
  const generator = createGenerator({ config, parameters, executor, tokenizer, ...options });
  try {
    return await body(generator);
  } finally {
    await generator.dispose();
  }
}

function greedy(model: LanguageModel, file: GenerateFile, options: Partial<GeneratorOptions>) {
  return withGenerator(model, options, (generator) =>
    Promise.all(
      file.rows.map(({ prompt_ids: prefixIds }) =>
        generator.generate({
          prefixIds,
          maxNewTokens: file.max_new_tokens,
          temperature: 0,
          stopIds: file.stop_ids,
        }),
      ),
    ),
  );
}

function compareGreedy({ rows }: GenerateFile, results: readonly GenerationResult[]): Finding {
  const found = new Mismatches();
  rows.forEach(({ new_ids: ids, finish }, row) => {
    found.note([...(results[row]?.ids ?? [])], ids, `row ${row}`);
    found.note(results[row]?.stopReason, finish, `end of row ${row}`);
  });
  return found.finding();
}

function comparePrompts({ tokenizer }: LanguageModel, { rows }: GenerateFile): Finding {
  const found = new Mismatches();
  for (const { messages, text, add_special_tokens: addBos, prompt_ids: expected } of rows) {
    const own = messages
      ? tokenizer.encodeChat(messages, { addGenerationPrompt: true })
      : tokenizer.encode(text, { specials: 'recognise', addBos });
    found.note([...own], expected, JSON.stringify(text));
  }
  return found.finding();
}

/** Prompt and continuation as one row of the trainer's scoring graph. */
async function compareScores(model: LanguageModel, { rows }: GenerateFile, temperature: number): Promise<Finding> {
  const trainer = await model.createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch: 4096 });
  const scored = await trainer.logProbs(
    rows.map(({ prompt_ids: prompt, continuation_ids: more }) => ({ ids: [...prompt, ...more] })),
    { temperature },
  );
  await trainer.dispose();
  const worst = new Worst();
  rows.forEach((row, index) =>
    (temperature === 1 ? row.logprobs_at_1_f64 : row.logprobs_f64).forEach((expected, token) => {
      const own = scored[index]?.[row.prompt_ids.length + token] ?? Number.NaN;
      worst.note(Math.abs(own - expected), `row ${index}, token ${token}`);
    }),
  );
  return worst.finding(TOLERANCE);
}

/** One token is allowed at each place. */
const forcing = (ids: readonly number[]): TokenConstraint => ({
  allowed: (newIds) => ids.slice(newIds.length, newIds.length + 1),
});

function force(
  model: LanguageModel,
  texts: readonly { readonly prefix: readonly number[]; readonly ids: readonly number[] }[],
) {
  return withGenerator(model, {}, (generator) =>
    Promise.all(
      texts.map(({ prefix, ids }) =>
        generator.generate({
          prefixIds: prefix,
          maxNewTokens: ids.length,
          temperature: 0,
          stopIds: [],
          constraint: forcing(ids),
        }),
      ),
    ),
  );
}

async function compareForced(model: LanguageModel, { rows }: GenerateFile): Promise<Finding> {
  const forced = await force(
    model,
    rows.map(({ prompt_ids: prefix, continuation_ids: ids }) => ({ prefix, ids })),
  );
  const worst = new Worst();
  rows.forEach(({ logprobs_at_1_f64: logProbs }, row) =>
    logProbs.forEach((expected, token) =>
      worst.note(Math.abs((forced[row]?.logProbs[token] ?? Number.NaN) - expected), `row ${row}, token ${token}`),
    ),
  );
  return worst.finding(TOLERANCE);
}

/** The batch's completions, decoded in one batch of unequal lengths. */
async function compareDecodedLosses(model: LanguageModel, path: string): Promise<Finding> {
  const { sequences } = readBatch(path);
  const { f64 } = readJsonFixture<{ f64: { token_losses: number[][] } }>(path, 'expected', 'loss.json');
  const forced = await force(
    model,
    sequences.map(({ ids, prompt_length: length }) => ({ prefix: ids.slice(0, length), ids: ids.slice(length) })),
  );
  const worst = new Worst();
  sequences.forEach(({ prompt_length: length }, row) =>
    forced[row]?.logProbs.forEach((own, token) =>
      worst.note(
        Math.abs(own + (f64.token_losses[row]?.[length + token - 1] ?? Number.NaN)),
        `row ${row}, token ${length + token}`,
      ),
    ),
  );
  return worst.finding(5e-5);
}

/** Log-probabilities of the whole vocabulary before each token of each continuation, from the generator. */
function probeContinuations({ config, ...model }: LanguageModel, { rows }: GenerateFile): Promise<Float32Array[][]> {
  const probeIds = Array.from({ length: config.vocabSize }, (_, id) => id);
  return withGenerator({ config, ...model }, {}, (generator) =>
    Promise.all(
      rows.map(({ prompt_ids: prompt, continuation_ids: more }) =>
        Promise.all(
          more.map(async (_, token) => {
            const { probeLogProbs } = await generator.generate({
              prefixIds: [...prompt, ...more.slice(0, token)],
              maxNewTokens: 0,
              temperature: 0,
              stopIds: [],
              probeIds,
            });
            return probeLogProbs ?? new Float32Array(0);
          }),
        ),
      ),
    ),
  );
}

function entropy(logits: Float32Array, temperature: number): number {
  return -softmax(logits, temperature).reduce((sum, share) => sum + (share === 0 ? 0 : share * Math.log(share)), 0);
}

/** [V] probabilities, float64. */
function softmax(logits: Float32Array, temperature: number): Float64Array {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Float64Array.from(logits, (logit) => Math.exp((logit - top) / temperature));
  const total = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / total);
}
