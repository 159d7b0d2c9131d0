import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FIXTURES, MODELS, readJsonFixture } from '@core/testing/fixtures';
import { logNormaliser } from '@core/generation/sampler';
import type { Trainer } from '@core/train/trainer';
import { openLanguageModel } from '../language-model';
import { largestDistance, Mismatches, Worst } from './compare';
import { encodeCases, loadTokenizerFolder, type EncodeFile } from './encode-cases';
import { once, setOf, skippedSet, type GoldenSet, type Part } from './golden-set';
import { executor } from './model-files';

/** Where the real model lies. */
const FOLDER = join(MODELS, 'smollm2-135m-instruct');

interface LogitsFile {
  readonly rows: readonly {
    readonly ids: number[];
    readonly top_ids: readonly number[];
    readonly top_logits_f64: readonly number[];
    readonly logsumexp_f64: number;
  }[];
}
interface NllRow {
  readonly ids: number[];
  readonly first_target: number;
  readonly nll_f32: readonly number[];
  readonly mean_f64: number;
}
interface NllFile {
  readonly rows: readonly { readonly plain: NllRow; readonly chat: NllRow }[];
}
interface GreedyFile {
  readonly max_new_tokens: number;
  readonly stop_ids: readonly number[];
  readonly rows: readonly { readonly ids: number[]; readonly new_ids: number[]; readonly new_text: string }[];
}

/** A model of 135 million parameters from its quantised file. */
export function listSmolLm2Sets(): GoldenSet[] {
  const name = 'smollm2';
  if (!existsSync(join(FIXTURES, name))) return [];
  const file = existsSync(FOLDER) ? readdirSync(FOLDER).find((each) => each.endsWith('.gguf')) : undefined;
  if (file === undefined)
    return [skippedSet(name, `there is no GGUF file in ${FOLDER}; WORKBENCH_MODELS names the folder`)];
  const model = once(() => openLanguageModel(join(FOLDER, file), { executor }));
  const scorer = once(async () =>
    (await model()).createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch: 1024 }),
  );
  const read = <T>(json: string) => once(() => readJsonFixture<T>(name, 'expected', json));
  const parts = [
    ...encodeParts('GGUF: ', async () => (await model()).tokenizer, read<EncodeFile>('encode.json')),
    ...(existsSync(join(FOLDER, 'tokenizer.json'))
      ? encodeParts(
          'tokenizer.json: ',
          once(() => loadTokenizerFolder(FOLDER)),
          read<EncodeFile>('encode.json'),
        ).filter(
          // The folder has no chat template beside it.
          (part) => !part.name.includes('chats'),
        )
      : []),
    ...logitParts(scorer, read<LogitsFile>('logits.json')),
    ...likelihoodParts(scorer, read<NllFile>('nll.json')),
    ...greedyParts(model, read<GreedyFile>('greedy.json')),
  ];
  return [setOf(name, parts, async () => (await scorer()).dispose())];
}

const needs = (file: string) => [`smollm2/expected/${file}`];

function encodeParts(prefix: string, ...source: Parameters<typeof encodeCases>): Part[] {
  const [tokenizer, file] = source;
  return encodeCases(tokenizer, file, prefix).map((each) => ({ ...each, needs: needs('encode.json') }));
}

function logitParts(scorer: () => Promise<Trainer>, file: () => LogitsFile): Part[] {
  const last = once(async () => {
    const trainer = await scorer();
    const logits = await trainer.forwardLogits(file().rows.map(({ ids }) => ids));
    return logits.map((all, row) => all.subarray(all.length - all.length / (file().rows[row]?.ids.length ?? 1)));
  });
  return [
    {
      name: 'largest logits',
      needs: needs('logits.json'),
      measure: async () => {
        const worst = new Worst();
        const own = await last();
        file().rows.forEach(({ top_ids: top, top_logits_f64: expected }, row) =>
          worst.note(
            largestDistance(
              top.map((id) => own[row]?.[id] ?? Number.NaN),
              expected,
            ),
            `row ${row}`,
          ),
        );
        return worst.finding(1e-3);
      },
    },
    {
      name: 'log of the sum of exponentials',
      needs: needs('logits.json'),
      measure: async () => {
        const worst = new Worst();
        const own = await last();
        file().rows.forEach(({ logsumexp_f64: expected }, row) =>
          worst.note(Math.abs(logNormaliser(own[row] ?? new Float32Array(0)) - expected), `row ${row}`),
        );
        return worst.finding(1e-3);
      },
    },
  ];
}

function likelihoodParts(scorer: () => Promise<Trainer>, file: () => NllFile): Part[] {
  const rows = () => file().rows.flatMap(({ plain, chat }) => [plain, chat]);
  const scored = once(async () => {
    const logProbs = await (await scorer()).logProbs(rows().map(({ ids }) => ({ ids })));
    return rows().map(({ first_target: first }, row) =>
      Array.from(logProbs[row]?.subarray(first) ?? [], (each) => -each),
    );
  });
  const over = (tolerance: number, measure: (own: readonly number[], row: NllRow) => number) => async () => {
    const worst = new Worst();
    const own = await scored();
    rows().forEach((row, index) => worst.note(measure(own[index] ?? [], row), `row ${index}`));
    return worst.finding(tolerance);
  };
  const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return [
    {
      name: 'likelihood of each token',
      needs: needs('nll.json'),
      measure: over(2e-3, (own, { nll_f32: expected }) => largestDistance(own, expected)),
    },
    {
      name: 'mean likelihood',
      needs: needs('nll.json'),
      measure: over(1e-4, (own, { mean_f64: mean }) => Math.abs(meanOf(own) - mean)),
    },
  ];
}

function greedyParts(model: () => ReturnType<typeof openLanguageModel>, file: () => GreedyFile): Part[] {
  const run = once(async () => {
    const generator = (await model()).createGenerator({ maxContext: 512 });
    const results = await Promise.all(
      file().rows.map(({ ids: prefixIds }) =>
        generator.generate({
          prefixIds,
          maxNewTokens: file().max_new_tokens,
          temperature: 0,
          stopIds: file().stop_ids,
        }),
      ),
    );
    await generator.dispose();
    return results.map(({ ids }) => [...ids]);
  });
  const over =
    (valueOf: (ids: readonly number[]) => unknown, of: (row: GreedyFile['rows'][number]) => unknown) => async () => {
      const found = new Mismatches();
      const own = await run();
      file().rows.forEach((row, index) => found.note(valueOf(own[index] ?? []), of(row), `row ${index}`));
      return found.finding();
    };
  return [
    {
      name: 'greedy ids',
      needs: needs('greedy.json'),
      measure: over(
        (ids) => ids,
        (row) => row.new_ids,
      ),
    },
    {
      name: 'greedy texts',
      needs: needs('greedy.json'),
      measure: async () => {
        const { tokenizer } = await model();
        return over(
          (ids) => tokenizer.decode(ids, { skipSpecials: true }),
          (row) => row.new_text,
        )();
      },
    },
  ];
}
