import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { readModelConfig } from '@core/models/registry';
import { FIXTURES, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import type { TrainingRow } from '@core/train/micro-batches';
import { WeightStore } from '../weight-store';

/** A model of the fixtures in trainable memory; `path` is relative to the fixtures, e.g. `models/tiny-llama`. */
export function loadGoldenModel(path: string): { config: ModelConfig; store: WeightStore } {
  const config = readModelConfig(readJsonFixture(path, 'config.json'));
  const store = new WeightStore(listParameters(config));
  for (const file of readdirSync(join(FIXTURES, path)).filter((name) => name.endsWith('.safetensors'))) {
    for (const [name, { data }] of readTensorFixture(path, file)) if (store.has(name)) store.get(name).data.set(data);
  }
  return { config, store };
}

/** The expected numbers may lie with a sibling of the same weights, e.g. the bf16 copy. */
export function hasExpected(path: string, file: string): boolean {
  return existsSync(join(FIXTURES, path, 'expected', file));
}

interface BatchFile {
  readonly right: { readonly input_ids: number[][]; readonly attention_mask: number[][]; readonly labels: number[][] };
}

/** The right-padded batch as rows without padding; weight 1 on each completion token. */
export function readGoldenRows(path: string): TrainingRow[] {
  const { right } = readJsonFixture<BatchFile>(path, 'expected', 'batch.json');
  return right.input_ids.map((padded, row) => {
    const length = (right.attention_mask[row] ?? []).filter((bit) => bit === 1).length;
    return {
      ids: Int32Array.from(padded.slice(0, length)),
      weights: Float32Array.from((right.labels[row] ?? []).slice(0, length), (label) => (label === -100 ? 0 : 1)),
    };
  });
}

export function countWeights(rows: readonly TrainingRow[]): number {
  return rows.reduce((total, row) => total + [...Array.from(row.weights)].filter((weight) => weight !== 0).length, 0);
}

/** ‖a − b‖ / ‖b‖. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let [difference, norm] = [0, 0];
  for (let index = 0; index < b.length; index++) {
    difference += (Number(a[index]) - Number(b[index])) ** 2;
    norm += Number(b[index]) ** 2;
  }
  return Math.sqrt(difference / Math.max(norm, Number.MIN_VALUE));
}

export function largestDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let index = 0; index < b.length; index++)
    largest = Math.max(largest, Math.abs(Number(a[index]) - Number(b[index])));
  return largest;
}
