import { open } from 'node:fs/promises';
import type { RowSink } from './row-sink';

/** One JSON object a line. */
export async function openJsonLines(path: string): Promise<RowSink> {
  const file = await open(path, 'w');
  return {
    async write(rows) {
      await file.appendFile(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    },
    async finish() {
      await file.sync();
      await file.close();
    },
    abandon: () => file.close(),
  };
}
