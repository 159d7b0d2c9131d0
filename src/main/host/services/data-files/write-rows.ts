import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { DataFormat } from '@contracts/example-files';
import type { LayoutColumn } from '@core/dataset/layouts/layout';
import { WorkbenchError } from '@core/errors';
import { errorCode } from '../../../engine/run-state';
import { SINKS, type DataRow } from './row-sink';

export interface RowsDestination {
  /** Absolute. */
  readonly path: string;
  readonly format: DataFormat;
  readonly columns: readonly LayoutColumn[];
  /** A file that is there already is replaced; else it is an error. */
  readonly replace: boolean;
  /** A folder of the program's own, which is made when it is missing; every other folder must be there. */
  readonly ownFolder?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Rows that are written at a time; the host answers others in between. */
const BATCH_ROWS = 500;

/**
 * Writes rows beside the destination and puts the finished file in its place in one step: whatever happens, either the whole file is there or
 * what was there before.
 * @throws WorkbenchError `path-relative`, `folder-missing`, `file-exists`, `disk-full`, `file-not-written`, `cancelled`
 */
export async function writeRows(
  rows: Iterable<DataRow>,
  destination: RowsDestination,
): Promise<{ rows: number; sizeBytes: number }> {
  const { path, format, columns, signal } = destination;
  await requirePlace(destination);
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  try {
    const sink = await SINKS[format](temporary, columns);
    let count = 0;
    let isFinished = false;
    try {
      for (const batch of inBatches(rows)) {
        if (signal?.aborted) throw cancelled(path);
        await sink.write(batch);
        count += batch.length;
      }
      await sink.finish();
      isFinished = true;
    } finally {
      if (!isFinished) await sink.abandon();
    }
    const { size } = await stat(temporary);
    await rename(temporary, path);
    return { rows: count, sizeBytes: size };
  } catch (error) {
    await rm(temporary, { force: true });
    throw describeFailure(path, error);
  }
}

function* inBatches(rows: Iterable<DataRow>): Generator<DataRow[]> {
  let batch: DataRow[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function requirePlace({ path, replace, ownFolder }: RowsDestination): Promise<void> {
  const folder = dirname(path);
  if (!isAbsolute(path)) {
    throw refusal('validation', `“${path}” does not say in which folder.`, {
      code: 'path-relative',
      where: path,
      wayOut: 'Write the whole path, beginning at the root.',
    });
  }
  if (folder === ownFolder) await mkdir(folder, { recursive: true });
  if (!existsSync(folder)) {
    throw refusal('not_found', `The folder ${folder} is not there.`, {
      code: 'folder-missing',
      where: folder,
      wayOut: 'Choose a folder that exists, or make this one first.',
    });
  }
  const known = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null;
    throw describeFailure(path, error);
  });
  if (known?.isDirectory()) {
    throw refusal('validation', `${path} is a folder.`, {
      code: 'file-exists',
      where: path,
      wayOut: 'Add the name of a file.',
    });
  }
  if (known && !replace) {
    throw refusal('conflict', `There is already a file ${path}.`, {
      code: 'file-exists',
      where: path,
      wayOut: 'Choose another name, or say that it may be replaced.',
    });
  }
}

function refusal(
  kind: 'validation' | 'not_found' | 'conflict',
  message: string,
  facts: Omit<WorkbenchError['facts'], 'kept'>,
): WorkbenchError {
  return new WorkbenchError(kind, message, { ...facts, kept: 'Nothing was written.' });
}

function cancelled(path: string): WorkbenchError {
  return new WorkbenchError('cancelled', 'The export was stopped.', {
    code: 'cancelled',
    where: path,
    kept: 'What was there before.',
  });
}

function describeFailure(path: string, cause: unknown): WorkbenchError {
  if (cause instanceof WorkbenchError) return cause;
  const code = errorCode(cause);
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new WorkbenchError(
    isFull ? 'resource' : 'external',
    isFull ? `The disk is full: ${path} could not be written.` : `${path} could not be written${code && ` (${code})`}.`,
    {
      code: isFull ? 'disk-full' : 'file-not-written',
      where: path,
      kept: 'What was there before; the examples in the workbench.',
      wayOut: isFull
        ? 'Free some space on this disk, or choose another one.'
        : 'Choose a folder that you may write to.',
    },
    { cause },
  );
}
