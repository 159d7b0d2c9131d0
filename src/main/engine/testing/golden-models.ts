import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { listParameters } from '@core/models/decoder/parameters';
import type { ModelConfig } from '@core/models/model-config';
import { readModelConfig } from '@core/models/registry';
import { FIXTURES, readJsonFixture, readTensorFixture } from '@core/testing/fixtures';
import type { TrainingRow } from '@core/train/micro-batches';
import { readBatch, rowsOf } from '../golden/model-files';
import { WeightStore } from '../weight-store';

export { largestDistance, relativeDistance } from '../golden/compare';
export { countWeights } from '../golden/model-files';

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

/** The right-padded batch as rows without padding; weight 1 on each completion token. */
export function readGoldenRows(path: string): TrainingRow[] {
  return rowsOf(readBatch(path));
}
