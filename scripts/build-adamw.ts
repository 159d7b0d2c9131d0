import { readFileSync, writeFileSync } from 'node:fs';
import { buildAdamWModule } from '../src/main/engine/adamw-build';

/** Writes src/main/engine/adamw-module.ts from adamw.wat: `node scripts/run.mjs scripts/build-adamw.ts`. */
const folder = new URL('../src/main/engine/', import.meta.url);
const bytes = await buildAdamWModule(readFileSync(new URL('adamw.wat', folder), 'utf8'));
const base64 = Buffer.from(bytes).toString('base64');
writeFileSync(
  new URL('adamw-module.ts', folder),
  `/** adamw.wat, assembled by scripts/build-adamw.ts. */\nexport const ADAMW_MODULE =\n  '${base64}';\n`,
);
