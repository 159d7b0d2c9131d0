import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { WorkbenchError } from '@core/errors';

/**
 * Files that either are there whole or are the ones from before: written beside, flushed to disk, then renamed over.
 * A job that is killed at any moment finds its last complete state.
 */

/** Names under which files are written before they are renamed, see `writeAtomic`. */
const TEMPORARY = /^\..+\.(\d+)\.tmp$/;
/** One read or write of the system takes at most 2 GB. */
const MAX_CHUNK_BYTES = 2 ** 30;

/**
 * Replaces `path` by `bytes` in one step; makes missing folders.
 * @param isDurable false: outlives the process but perhaps not the machine's power, without waiting for the disk
 * @throws WorkbenchError `disk-full` and `state-not-written`
 */
export function writeAtomic(path: string, bytes: Uint8Array | readonly Uint8Array[], isDurable = true): void {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const parts = bytes instanceof Uint8Array ? [bytes] : bytes;
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, 'w');
    try {
      for (const part of parts) writeWhole(file, part);
      if (isDurable) fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    if (isDurable) flushFolder(dirname(path));
  } catch (error) {
    try {
      rmSync(temporary, { force: true });
    } catch {
      // What cannot even be looked at was never written; the first error says more.
    }
    throw describeWriteFailure(path, error);
  }
}

/** Removes what processes that were killed left half written in a folder; the files of living ones are left alone. */
export function clearLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const [, pid] = TEMPORARY.exec(name) ?? [];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

/** Replaces a JSON file in one step. Numbers that JSON cannot hold (NaN, infinity) are refused rather than written as null. */
export function writeJsonAtomic(path: string, value: unknown): void {
  const text = JSON.stringify(value, (key, part: unknown) => {
    if (typeof part === 'number' && !Number.isFinite(part)) {
      throw new WorkbenchError('numeric', `State field "${key}" is ${part}, which a state file cannot keep.`, {
        code: 'state-not-finite',
        where: path,
      });
    }
    return part;
  });
  writeAtomic(path, new TextEncoder().encode(text));
}

/** The value of a JSON state file, null when there is none. @throws WorkbenchError `state-damaged` when it is not JSON */
export function readJsonState<T>(path: string, parse: (value: unknown) => T): T | null {
  const bytes = readBinaryState(path);
  if (bytes === null) return null;
  try {
    return parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    throw damagedState(`The saved state ${basename(path)} cannot be read.`, path, cause);
  }
}

/** The error of a state that a run cannot go on from. */
export function damagedState(message: string, path: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'precondition',
    message,
    {
      code: 'state-damaged',
      where: path,
      kept: 'Everything stored before it.',
      wayOut: 'Start this run again from the beginning.',
    },
    { cause },
  );
}

/** The bytes of a state file in memory of their own, from offset 0, so that typed arrays fit over them; null when there is none. */
export function readBinaryState(path: string): Uint8Array<ArrayBuffer> | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const bytes = new Uint8Array(fstatSync(file).size);
    for (let at = 0; at < bytes.length;) {
      const read = readSync(file, bytes, at, Math.min(bytes.length - at, MAX_CHUNK_BYTES), null);
      if (read === 0)
        throw new WorkbenchError('external', `${path} became shorter while it was read.`, {
          code: 'state-damaged',
          where: path,
          wayOut: 'Check that nothing else writes to this folder, then resume.',
        });
      at += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}

/** Bytes of a typed array as they lie in memory, without a copy. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** `code` of a Node error, e.g. ENOSPC; empty when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** A failed write in words a person can act on; a full disk above all. */
export function describeWriteFailure(path: string, cause: unknown): WorkbenchError {
  if (cause instanceof WorkbenchError) return cause;
  const code = errorCode(cause);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new WorkbenchError(
      'resource',
      `The disk is full: ${path} could not be written.`,
      {
        code: 'disk-full',
        where: path,
        kept: 'Everything saved before, up to the last checkpoint.',
        wayOut: 'Free some space on this disk and resume.',
      },
      { cause },
    );
  }
  return new WorkbenchError(
    'external',
    `${path} could not be written${code && ` (${code})`}.`,
    {
      code: 'state-not-written',
      where: path,
      kept: 'The file as it was before.',
      wayOut: 'Check that the folder can be written to, then resume.',
    },
    { cause },
  );
}

/** Whether a process of this number runs, other than this one; one of another user counts. */
function isAlive(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.byteLength;) at += writeSync(file, bytes, at, bytes.byteLength - at);
}

/** Makes the rename itself durable; some file systems do not let a folder be opened, where there is nothing to do. */
function flushFolder(folder: string): void {
  let handle: number;
  try {
    handle = openSync(folder, 'r');
  } catch {
    return;
  }
  try {
    fsyncSync(handle);
  } catch {
    // Windows and some network file systems refuse to flush folders.
  } finally {
    closeSync(handle);
  }
}
