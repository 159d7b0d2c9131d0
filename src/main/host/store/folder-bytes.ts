import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../../engine/run-state';

/** Bytes of all files in a folder and below; 0 where there is none. Files that go away meanwhile count nothing. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(missingIsNull);
  if (entries === null) return 0;
  const sizes = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => (await stat(join(entry.parentPath, entry.name)).catch(missingIsNull))?.size ?? 0),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function missingIsNull(error: unknown): null {
  if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null;
  throw error;
}
