import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { WorkbenchError } from '@core/errors';
import { encodeUtf8 } from '@core/formats/utf8';

/** Writes the files of a folder that does not exist yet for anybody else. */
export interface FolderWriter {
  /** Writes one file from pieces of bytes, or one text, and makes sure it is on the disk. */
  write(name: string, content: string | Iterable<Uint8Array>): Promise<void>;
}

/**
 * Fills a folder that appears as a whole or not at all: everything is written beside it, flushed, and then renamed. A crash leaves
 * the old state or the new one, and at worst hidden folders beside it, which `settleFolder` clears away.
 * @param options.replace what is there is replaced; without it, anything there is a conflict
 * @throws WorkbenchError `folder-exists`, `disk-full`, `folder-unwritable`
 */
export async function writeFolderAtomically(
  folder: string,
  fill: (writer: FolderWriter) => Promise<void>,
  options: { readonly replace?: boolean } = {},
): Promise<void> {
  const target = resolve(folder);
  await settleFolder(target);
  const exists = await isThere(target);
  if (exists && !options.replace) {
    throw new WorkbenchError('conflict', `${target} exists already.`, {
      code: 'folder-exists',
      where: target,
      kept: 'Nothing was changed.',
      wayOut: 'Choose another name.',
    });
  }
  const partial = sidePath(target, 'partial');
  const replaced = sidePath(target, 'replaced');
  try {
    await mkdir(partial, { recursive: true });
    await fill({ write: (name, content) => writeFlushed(join(partial, name), content) });
    await flushDirectory(partial);
    if (exists) await rename(target, replaced);
    try {
      await rename(partial, target);
    } catch (cause) {
      if (exists) await rename(replaced, target);
      throw cause;
    }
    await flushDirectory(dirname(target));
  } catch (cause) {
    // What could not be removed must not hide why writing failed.
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw explain(cause, target);
  }
  await rm(replaced, { recursive: true, force: true });
}

/**
 * Clears away what a process that was killed left beside a folder: half-written ones go, and a folder that had been put aside for
 * its successor comes back when the successor never arrived. Folders of living processes are left alone.
 */
export async function settleFolder(folder: string): Promise<void> {
  const target = resolve(folder);
  const names = await readdir(dirname(target)).catch(() => []);
  for (const name of names) {
    const side = readSideName(name, basename(target));
    if (side === null || isAlive(side.pid)) continue;
    const path = join(dirname(target), name);
    if (side.kind === 'replaced' && !(await isThere(target))) await rename(path, target);
    else await rm(path, { recursive: true, force: true });
  }
}

type SideKind = 'partial' | 'replaced';

/** A hidden neighbour of `target` that tells who made it: `.model.4711.9f3c01aa.partial`. */
function sidePath(target: string, kind: SideKind): string {
  return join(dirname(target), `.${basename(target)}.${process.pid}.${randomBytes(4).toString('hex')}.${kind}`);
}

function readSideName(name: string, target: string): { readonly kind: SideKind; readonly pid: number } | null {
  if (!name.startsWith(`.${target}.`)) return null;
  const [, pid, kind] = /^(\d+)\.[0-9a-f]{8}\.(partial|replaced)$/.exec(name.slice(target.length + 2)) ?? [];
  return pid === undefined ? null : { pid: Number(pid), kind: kind === 'partial' ? 'partial' : 'replaced' };
}

/** Whether a process of this number runs; one of another user counts. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return cause instanceof Error && 'code' in cause && cause.code === 'EPERM';
  }
}

async function writeFlushed(path: string, content: string | Iterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'wx');
  try {
    for (const piece of typeof content === 'string' ? [encodeUtf8(content)] : content) {
      for (let at = 0; at < piece.length;) at += (await file.write(piece, at)).bytesWritten;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes the names in a directory durable. Windows cannot open directories and keeps them in its journal. */
async function flushDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** A file system error as one a person can act on; others pass. */
function explain(cause: unknown, folder: string): unknown {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (cause instanceof WorkbenchError || typeof code !== 'string') return cause;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new WorkbenchError(
      'resource',
      `The disk is full: ${folder} could not be written.`,
      {
        code: 'disk-full',
        where: folder,
        kept: 'What was there before is unchanged; the half-written files were removed.',
        wayOut: 'Free some space and try again.',
      },
      { cause },
    );
  }
  const said = cause instanceof Error ? cause.message : code;
  return new WorkbenchError(
    'external',
    `${folder} could not be written: ${said}`,
    {
      code: 'folder-unwritable',
      where: folder,
      kept: 'What was there before is unchanged.',
      wayOut: 'Check the permissions of the folder, or choose another.',
    },
    { cause },
  );
}
