/**
 * Bundles a TypeScript entry and runs it: `node scripts/run.mjs scripts/demo.ts --seed 1`.
 * Each run has a folder of its own, so that two runs never overwrite each other's modules.
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
const built = await bundleEntries({ [name]: relative(projectRoot, resolve(entry)) }, folder);
process.setSourceMapsEnabled(true);
process.argv = [process.argv[0], built[name], ...rest];
await import(pathToFileURL(built[name]).href);
