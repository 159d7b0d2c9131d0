/**
 * Bundles a demo entry together with the engine process and runs it: `node scripts/demo.mjs src/main/demo/demo.ts --quick`.
 * The engine's module lies beside the entry's, as in the built program.
 */
import { rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleEntries, entryName } from './ground/bundle.mjs';
import { projectRoot } from './ground/pinned-node.mjs';

const [entry, ...rest] = process.argv.slice(2);
if (entry === undefined) throw new Error('Give the path of a TypeScript file.');

const folder = join(projectRoot, '.tools', 'run', `${entryName(entry)}-${process.pid}`);
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const name = entryName(entry);
const built = await bundleEntries(
  { [name]: relative(projectRoot, resolve(entry)), engine: 'src/main/engine/engine.process.ts' },
  folder,
);
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], built[name], ...rest];
await import(pathToFileURL(built[name]).href);
