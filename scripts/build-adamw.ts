import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAdamWModule } from '../src/main/engine/adamw-build';

/** Writes src/main/engine/adamw-module.ts from adamw.wat: `node scripts/run.mjs scripts/build-adamw.ts` in the program's folder. */
const folder = join(process.cwd(), 'src/main/engine');
const bytes = await buildAdamWModule(readFileSync(join(folder, 'adamw.wat'), 'utf8'));
const base64 = Buffer.from(bytes).toString('base64');
writeFileSync(
  join(folder, 'adamw-module.ts'),
  `/** adamw.wat, assembled by scripts/build-adamw.ts. */\nexport const ADAMW_MODULE =\n  '${base64}';\n`,
);
