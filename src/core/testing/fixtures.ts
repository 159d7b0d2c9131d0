import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readSafetensors } from '../formats/safetensors';
import type { StateTensor } from '../train/learning-state';

/** Folder of the golden numbers; `WORKBENCH_FIXTURES` overrides it. */
export const FIXTURES =
  process.env['WORKBENCH_FIXTURES'] ?? fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));

export const hasFixtures = existsSync(FIXTURES);

/** Folder of the public data sets; `WORKBENCH_DATA` overrides it. */
export const DATA = process.env['WORKBENCH_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));

export const hasData = existsSync(DATA);

/** Folder of the small real models; `WORKBENCH_MODELS` overrides it. */
export const MODELS = process.env['WORKBENCH_MODELS'] ?? join(FIXTURES, '../models');

export const hasModels = existsSync(MODELS);

// Without them golden tests are skipped, and a machine that should have them would not notice.
if (process.env['REQUIRE_FIXTURES'] && !(hasFixtures && hasData)) {
  throw new Error(`REQUIRE_FIXTURES is set, and there are no golden files in ${FIXTURES} and ${DATA}.`);
}

/** The rows of a JSONL file. */
export function readRows<T>(...path: string[]): T[] {
  return readFileSync(join(...path), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
}

/** Names of the folders below `path` that hold `file`. */
export function listFixtures(path: string, file: string): string[] {
  const folder = join(FIXTURES, path);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, file)));
}

export function readJsonFixture<T>(...path: string[]): T {
  // A fixture's shape is documented in its README; a test that reads it wrong fails.
  return JSON.parse(readFileSync(join(FIXTURES, ...path), 'utf8')) as T;
}

/** Every tensor of one safetensors file, as float32 (or rounded to it). */
export function readTensorFixture(...path: string[]): Map<string, StateTensor<Float32Array>> {
  const file = join(FIXTURES, ...path);
  return new Map([...readSafetensors(readFileSync(file), file)].map(([name, tensor]) => [name, { name, ...tensor }]));
}
