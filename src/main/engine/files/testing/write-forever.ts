/**
 * Replaces one folder again and again, each time with files that all hold the same number, until somebody kills the process:
 * the victim of `atomic-folder.slow.test.ts`. Prints a line after each replacement.
 */
import { writeFolderAtomically } from '../atomic-folder';

const [target = ''] = process.argv.slice(2);
for (let generation = 1; ; generation++) {
  const piece = new Uint8Array(200_000).fill(generation % 256);
  await writeFolderAtomically(
    target,
    async (writer) => {
      for (const name of ['a.bin', 'b.bin', 'c.bin']) await writer.write(name, [piece, piece]);
    },
    { replace: true },
  );
  process.stdout.write(`${generation}\n`);
}
