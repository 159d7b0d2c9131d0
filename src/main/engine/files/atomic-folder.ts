import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
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
 * either the old state or the new one, and at worst a folder ending in `.partial` that nothing reads.
 * @param options.replace what is there is replaced; without it, anything there is a conflict
 * @throws WorkbenchError `folder-exists`, `disk-full`, `folder-unwritable`
 */
export async function writeFolderAtomically(
  folder: string,
  fill: (writer: FolderWriter) => Promise<void>,
  options: { readonly replace?: boolean } = {},
): Promise<void> {
  const target = resolve(folder);
  const parent = dirname(target);
  const unique = `.${basename(target)}.${randomBytes(4).toString('hex')}`;
  const partial = join(parent, `${unique}.partial`);
  const replaced = join(parent, `${unique}.replaced`);
  const exists = await isThere(target);
  if (exists && !options.replace) {
    throw new WorkbenchError('conflict', `${target} exists already.`, {
      code: 'folder-exists',
      where: target,
      kept: 'Nothing was changed.',
      wayOut: 'Choose another name.',
    });
  }
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
    await flushDirectory(parent);
  } catch (cause) {
    // What could not be removed must not hide why writing failed.
    await rm(partial, { recursive: true, force: true }).catch(() => undefined);
    throw explain(cause, target);
  }
  await rm(replaced, { recursive: true, force: true });
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
