import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readSafetensors } from '../formats/safetensors';
import type { StateTensor } from '../train/learning-state';

/** Folder of the golden numbers; `WORKBENCH_FIXTURES` overrides it. Relative paths are relative to the project. */
export const FIXTURES = resolve(process.env['WORKBENCH_FIXTURES'] ?? '../shared/fixtures');

export const hasFixtures = existsSync(FIXTURES);

/** Folder of the public data sets; `WORKBENCH_DATA` overrides it. */
export const DATA = resolve(process.env['WORKBENCH_DATA'] ?? '../shared/data');

export const hasData = existsSync(DATA);

/** Folder of the small real models: `WORKBENCH_MODELS`, or the folder "models" beside the fixtures, or beside the data. */
export const MODELS =
  [process.env['WORKBENCH_MODELS'], join(FIXTURES, '../models'), join(DATA, '../models')]
    .filter((folder) => folder !== undefined)
    .map((folder) => resolve(folder))
    .find((folder) => existsSync(folder)) ?? join(FIXTURES, '../models');

export const hasModels = existsSync(MODELS);

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
