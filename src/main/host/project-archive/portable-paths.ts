import { normalize } from 'node:path';
import type { WritableDb } from '../store/sql';
import { replaceInRows } from './project-rows';

/** What stands in an archive where a path of the machine was. */
const DATA = '{workbench:data}';
const RESOURCES = '{workbench:resources}';

export interface Places {
  readonly dataFolder: string;
  readonly resourcesFolder: string;
}

/** Columns that hold nothing but a path: there separators follow the machine. */
const PATH_COLUMNS = [
  ['runs', 'folder'],
  ['checkpoints', 'path'],
  ['checkpoints', 'adapter_path'],
  ['artefacts', 'path'],
] as const;

/** Takes the machine's folders out of every row. */
export function makePortable(db: WritableDb, places: Places): void {
  replaceInRows(db, places.dataFolder, DATA);
  replaceInRows(db, places.resourcesFolder, RESOURCES);
}

/** Puts this machine's folders in. */
export function settleHere(db: WritableDb, places: Places): void {
  replaceInRows(db, DATA, places.dataFolder);
  replaceInRows(db, RESOURCES, places.resourcesFolder);
  db.function('native_path', { deterministic: true }, (path) => (typeof path === 'string' ? normalize(path) : path));
  for (const [table, column] of PATH_COLUMNS)
    db.exec(`UPDATE "${table}" SET "${column}" = native_path("${column}") WHERE "${column}" IS NOT NULL`);
}
