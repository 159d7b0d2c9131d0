import Sqlite from 'better-sqlite3';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from './migrate';
import type { WritableDb } from './sql';
import { corruptDatabase, describeStoreError } from './store-errors';

export interface DatabaseOptions {
  /** Rename a damaged database and begin an empty one; only when the person asked for it. */
  readonly setAsideCorrupt?: boolean;
  /** How long a statement waits for another program's lock. */
  readonly busyTimeoutMs?: number;
  /** Stamp for the name of a file set aside. */
  readonly nowMs: number;
}

export const DATABASE_FILE = 'workbench.db';

/**
 * Opens the database of a data folder, checks it and brings it to the newest schema.
 * @throws WorkbenchError `database-corrupt`, `database-locked`, `database-too-new`, `database-read-only`, `disk-full`
 */
export function openDatabase(dataFolder: string, options: DatabaseOptions): WritableDb {
  const path = join(dataFolder, DATABASE_FILE);
  try {
    mkdirSync(dataFolder, { recursive: true });
    return openChecked(path, options.busyTimeoutMs ?? 5000);
  } catch (error) {
    const described = describeStoreError(error, path);
    const isCorrupt = described instanceof Error && 'code' in described && described.code === 'database-corrupt';
    if (!isCorrupt || !options.setAsideCorrupt) throw described;
    setAside(path, options.nowMs);
    return openChecked(path, options.busyTimeoutMs ?? 5000);
  }
}

/** A migrated database in memory, for tests. */
export function openMemoryDatabase(): WritableDb {
  const db = asWritable(new Sqlite(':memory:'));
  db.pragma('foreign_keys = ON');
  migrate(db);
  return db;
}

function openChecked(path: string, busyTimeoutMs: number): WritableDb {
  const db = asWritable(new Sqlite(path, { timeout: busyTimeoutMs }));
  try {
    db.pragma('journal_mode = WAL');
    // FULL, not NORMAL: what is acknowledged to the engine must survive a power cut, because the engine then counts it as done.
    db.pragma('synchronous = FULL');
    db.pragma('foreign_keys = ON');
    const finding = String(db.pragma('quick_check(1)', { simple: true }));
    if (finding !== 'ok') throw corruptDatabase(path, finding);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Renames the database with its journal files; nothing is deleted. */
function setAside(path: string, nowMs: number): void {
  const stamp = new Date(nowMs).toISOString().replace(/[:.]/g, '-');
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.damaged-${stamp}${suffix}`);
  }
}

/** The one place where a connection gets the right to write. */
function asWritable(db: Sqlite.Database): WritableDb {
  return db as WritableDb;
}
