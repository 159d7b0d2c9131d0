import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { parseSafetensors } from '@core/formats/safetensors';
import type { GraphExecutor } from '@core/ports';
import { FIXTURES, listFixtures, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import type { TrainingRow } from '@core/train/micro-batches';
import { openLanguageModel, type LanguageModel } from '../language-model';
import { OrtExecutor } from '../ort-executor';
import { OUTPUT_PATHS } from '../probe-binding';
import { largestDistance, Worst } from './compare';
import type { Finding } from './golden-set';

export const executor = new OrtExecutor();

/** One for each way in which results may come out of onnxruntime, so that the plain ways are as right as the fast one. */
export const EXECUTORS_BY_PATH = OUTPUT_PATHS.map((path) => ({ path, executor: new OrtExecutor({ path }) }));

/** A model of the fixtures, as a person would open it. @param path folder or GGUF file below the fixtures */
export function openGolden(path: string, on: GraphExecutor = executor): Promise<LanguageModel> {
  return openLanguageModel(join(FIXTURES, path), { executor: on });
}

/** Where a path written in a fixture leads, below the fixtures. @param from folder of the file that says it */
export function follow(from: string, link: string): string {
  return relative(FIXTURES, join(FIXTURES, from, link));
}

interface Layout {
  readonly input_ids: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
}
export interface BatchFile {
  readonly ignore_index: number;
  readonly sequences: readonly {
    readonly prompt: string;
    readonly completion: string;
    readonly ids: readonly number[];
    readonly prompt_length: number;
    readonly length: number;
  }[];
  readonly right: Layout;
  readonly left: Layout;
}

export const readBatch = (path: string): BatchFile => readJsonFixture<BatchFile>(path, 'expected', 'batch.json');

/** The right-padded rows of a batch without padding; weight 1 on each token with a label. */
export function rowsOf({ right, ignore_index: ignored }: BatchFile): TrainingRow[] {
  return right.input_ids.map((padded, row) => {
    const length = (right.attention_mask[row] ?? []).filter((bit) => bit === 1).length;
    return {
      ids: Int32Array.from(padded.slice(0, length)),
      weights: Float32Array.from((right.labels[row] ?? []).slice(0, length), (label) => (label === ignored ? 0 : 1)),
    };
  });
}

/** Predictions that count: the first token of a row is never predicted. */
export function countWeights(rows: readonly TrainingRow[]): number {
  return rows.reduce(
    (total, { weights }) =>
      total +
      Array.from(weights)
        .slice(1)
        .filter((each) => each !== 0).length,
    0,
  );
}

/**
 * Logits of rows without padding against a padded golden tensor.
 * @param own [rows][length · V]
 * @param name tensor [rows, T, V] of `<path>/expected/logits.safetensors`
 * @param side where the golden rows are padded
 */
export function compareLogits(
  own: readonly Float32Array[],
  file: string,
  name: string,
  tolerance: number,
  side: 'right' | 'left' = 'right',
): Finding {
  const expected = readTensorFixture(file).get(name);
  const [rows = 0, padded = 0, width = 1] = expected?.dims ?? [];
  const worst = new Worst();
  if (own.length !== rows) worst.note(Infinity, `${own.length} rows against ${rows}`);
  own.forEach((logits, row) => {
    const gap = side === 'left' ? padded - logits.length / width : 0;
    const start = (row * padded + gap) * width;
    worst.note(largestDistance(logits, expected?.data.subarray(start, start + logits.length) ?? []), `row ${row}`);
  });
  return worst.finding(tolerance);
}

/** The folder whose batch a folder's logits belong to: its own, or that of the model it was copied from. */
export function batchFolderOf(path: string): string | null {
  if (existsSync(join(FIXTURES, path, 'expected', 'batch.json'))) return path;
  const parent = dirname(path);
  const names = listFixtures(parent, join('expected', 'batch.json'));
  const logits = join(FIXTURES, path, 'expected', 'logits.safetensors');
  const about = existsSync(logits) ? parseSafetensors(readFileSync(logits), logits).metadata['about'] : undefined;
  const [, named] = /batch of ([^;\s]+)/.exec(about ?? '') ?? [];
  const source =
    names.find((name) => name === named) ?? names.find((name) => path.startsWith(`${join(parent, name)}-`));
  return source === undefined ? null : join(parent, source);
}

/** Whether a folder is another form of a model whose numbers lie elsewhere. */
export function isCopy(path: string): boolean {
  const source = batchFolderOf(path);
  return source !== null && source !== path;
}
