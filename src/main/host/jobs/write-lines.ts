import { open, rename } from 'node:fs/promises';
import { describeWriteFailure } from '../../engine/run-state';

/** Characters gathered before they are written. */
const CHUNK_CHARACTERS = 1 << 20;

/**
 * Writes one JSON value a line, a piece at a time so that the host stays responsive, then puts the finished file in place.
 * @returns the path
 * @throws WorkbenchError `disk-full`, `state-not-written`
 */
export async function writeLines(path: string, rows: Iterable<unknown>): Promise<string> {
  const temporary = `${path}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      let pending = '';
      for (const row of rows) {
        pending += `${JSON.stringify(row)}\n`;
        if (pending.length < CHUNK_CHARACTERS) continue;
        await file.appendFile(pending);
        pending = '';
      }
      await file.appendFile(pending);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return path;
  } catch (error) {
    throw describeWriteFailure(path, error);
  }
}
