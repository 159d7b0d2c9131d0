import { readdirSync } from 'node:fs';
import { FIXTURES } from '@core/testing/fixtures';
import { listGgufSets } from './gguf';
import { skippedSet, type GoldenSet } from './golden-set';
import { listLoraSets } from './lora';
import { listModelSets } from './models';
import { listRlSets } from './rl';
import { listSmolLm2Sets } from './smollm2';
import { listSurgerySets } from './surgery';
import { listDataSets, listQwenSets } from './tokenizers';

/** Everything that is held against golden numbers, by the folder it is listed from. */
export const GOLDEN_FAMILIES = {
  models: listModelSets,
  lora: listLoraSets,
  surgery: listSurgerySets,
  rl: listRlSets,
  gguf: listGgufSets,
  'qwen2.5': listQwenSets,
  tokenizers: listDataSets,
  smollm2: listSmolLm2Sets,
} as const satisfies Readonly<Record<string, () => GoldenSet[]>>;

export type GoldenFamily = keyof typeof GOLDEN_FAMILIES;

/** The sets of a family; where the folder holds none, that is said. A folder that cannot be read is a case that fails. */
export function listFamily(family: GoldenFamily): GoldenSet[] {
  try {
    const sets = GOLDEN_FAMILIES[family]();
    return sets.length > 0 ? sets : [skippedSet(family, 'the folder holds none')];
  } catch (error) {
    return [
      { name: family, skipped: [], cases: [{ name: 'reading the folder', measure: () => Promise.reject(error) }] },
    ];
  }
}

/** Every set of the folder, those that nobody here knows included. */
export function listAllSets(): GoldenSet[] {
  const known = Object.keys(GOLDEN_FAMILIES) as GoldenFamily[];
  const unknown = readdirSync(FIXTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/^[._]|^generator$/.test(entry.name))
    .map(({ name }) => name)
    .filter((name) => !known.some((each) => each === name));
  return [...known.flatMap(listFamily), ...unknown.map((name) => skippedSet(name, 'nothing here reads this folder'))];
}
