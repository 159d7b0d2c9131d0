import Sqlite from 'better-sqlite3';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '@core/errors';

/** The hold of one host process on a data folder. */
export interface InstanceLock {
  release(): void;
}

/**
 * Takes a data folder for this process alone. The lock is an exclusive transaction on a small database of its own: the operating system
 * lets go of it when the process dies, so there is no stale lock to clean up. `instance.json` beside it only tells who holds it.
 * @throws WorkbenchError `already-open` naming the process that holds the folder
 */
export function takeInstanceLock(dataFolder: string, nowMs: number): InstanceLock {
  mkdirSync(dataFolder, { recursive: true });
  const notePath = join(dataFolder, 'instance.json');
  const lock = new Sqlite(join(dataFolder, 'instance.lock'), { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw alreadyOpen(dataFolder, readNote(notePath), cause);
  }
  writeFileSync(notePath, JSON.stringify({ pid: process.pid, startedAtMs: nowMs }));
  return {
    release() {
      rmSync(notePath, { force: true });
      lock.close();
    },
  };
}

function readNote(path: string): { pid: number } | null {
  try {
    const note: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return typeof note === 'object' && note !== null && 'pid' in note && typeof note.pid === 'number'
      ? { pid: note.pid }
      : null;
  } catch {
    return null;
  }
}

function alreadyOpen(dataFolder: string, holder: { pid: number } | null, cause: unknown): WorkbenchError {
  const who = holder ? `Another workbench (process ${holder.pid})` : 'Another workbench';
  return new WorkbenchError(
    'conflict',
    `${who} already works in this data folder.`,
    {
      code: 'already-open',
      where: dataFolder,
      kept: 'Everything; the other one goes on undisturbed.',
      wayOut: 'Use its window, or close it first, or start this one with --user-data and another folder.',
      ...(holder && { details: { pid: holder.pid } }),
    },
    { cause },
  );
}
