import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Decoder } from '@core/generation/decoder';
import { KvRows, kvLayoutOf } from '@core/generation/kv-rows';
import { logNormaliser } from '@core/generation/sampler';
import { DECODE_PRECISIONS, type DecodePrecision } from '@core/models/decode-precision';
import { INT8_LARGEST } from '@core/models/quantise';
import { openLanguageModel } from '../src/main/engine/language-model';
import { OrtExecutor } from '../src/main/engine/ort-executor';
import { createWasmQuantiser } from '../src/main/engine/quantise-wasm';

/**
 * How far coarser weights are from the exact ones: along the exact model's greedy answers to the first questions of a file, at each place the
 * divergence of the next token's distribution. `node scripts/run.mjs bench/quantised.ts --model FOLDER --questions FILE.jsonl`.
 */
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    questions: { type: 'string' },
    rows: { type: 'string', default: '8' },
    tokens: { type: 'string', default: '24' },
  },
});
if (!values.model || !values.questions) throw new Error('Give --model and --questions.');
const newTokens = Number(values.tokens);
const executor = new OrtExecutor();
const model = await openLanguageModel(values.model, { executor });
const { config, parameters, tokenizer } = model;
const prompts = readFileSync(values.questions, 'utf8')
  .split('\n')
  .slice(0, Number(values.rows))
  .map((line) => {
    const { question } = JSON.parse(line) as { question: string };
    return [...tokenizer.encodeChat([{ role: 'user', content: question }], { addGenerationPrompt: true })];
  });

interface Answers {
  /** [step][row, V] */
  readonly logits: readonly Float32Array[];
  /** [step][row], the most probable ones. */
  readonly ids: readonly (readonly number[])[];
}

/** Answers of all prompts side by side: its own most probable tokens, or those of `forced`. */
async function answer(precision: DecodePrecision, forced: Answers | null): Promise<Answers> {
  const decoder = new Decoder({
    config,
    parameters,
    executor,
    maxContext: 1024,
    logits: new Float32Array(prompts.length * config.vocabSize),
    maxBakedBytes: 0,
    precision,
    quantiser: createWasmQuantiser(),
    int8Largest: async () => INT8_LARGEST,
  });
  const rows = new KvRows(kvLayoutOf(config));
  rows.resize(prompts.length, Math.max(...prompts.map((ids) => ids.length)) + newTokens, 0);
  await decoder.prefill(
    rows,
    0,
    prompts.map((ids) => ids.slice(0, -1)),
    prompts.map(() => 0),
  );
  const past = prompts.map((ids) => ids.length - 1);
  let next: readonly number[] = prompts.map((ids) => ids.at(-1) ?? 0);
  const logits: Float32Array[] = [];
  const ids: number[][] = [];
  for (let step = 0; step < newTokens; step++) {
    logits.push((await decoder.decode(rows, next, past)).slice());
    ids.push(prompts.map((_, row) => mostProbable(rowOf(logits[step], row))));
    next = forced?.ids[step] ?? ids[step] ?? [];
    past.forEach((_, row) => past[row]!++);
  }
  await decoder.dispose();
  return { logits, ids };
}

function rowOf(logits: Float32Array | undefined, row: number): Float32Array {
  return (logits ?? new Float32Array(0)).subarray(row * config.vocabSize, (row + 1) * config.vocabSize);
}

function mostProbable(logits: Float32Array): number {
  return logits.reduce((best, value, id) => (value > logits[best]! ? id : best), 0);
}

/** KL(exact ‖ coarse) of one place, nats. */
function divergence(exact: Float32Array, coarse: Float32Array): number {
  const [a, b] = [logNormaliser(exact), logNormaliser(coarse)];
  return exact.reduce((sum, value, id) => sum + Math.exp(value - a) * (value - a - (coarse[id]! - b)), 0);
}

const exact = await answer('fp32', null);
for (const precision of DECODE_PRECISIONS.filter((each) => each !== 'fp32')) {
  const coarse = await answer(precision, exact);
  const places = exact.logits.flatMap((logits, step) =>
    prompts.map((_, row) => ({
      kl: divergence(rowOf(logits, row), rowOf(coarse.logits[step], row)),
      agrees: exact.ids[step]?.[row] === coarse.ids[step]?.[row],
    })),
  );
  const sorted = places.map(({ kl }) => kl).sort((a, b) => a - b);
  const mean = sorted.reduce((sum, kl) => sum + kl, 0) / sorted.length;
  console.log(
    JSON.stringify({
      precision,
      rows: prompts.length,
      places: places.length,
      meanKl: mean,
      medianKl: sorted[Math.floor(sorted.length / 2)],
      largestKl: sorted.at(-1),
      sameToken: places.filter(({ agrees }) => agrees).length / places.length,
    }),
  );
}
