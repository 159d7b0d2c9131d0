import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildWasmModule } from '../src/main/engine/wasm-build';

/** Kernels, and the constants that their assembled modules go by. */
const KERNELS = {
  adamw: 'ADAMW_MODULE',
  finite: 'FINITE_MODULE',
  'int8-matrix': 'INT8_MATRIX_MODULE',
  logits: 'LOGITS_MODULE',
  quantise: 'QUANTISE_MODULE',
  'rotate-rows': 'ROTATE_ROWS_MODULE',
};

/** Writes src/main/engine/…-module.ts from the .wat files: `node scripts/run.mjs scripts/build-wasm.ts` in the program's folder. */
const folder = join(process.cwd(), 'src/main/engine');
for (const [name, constant] of Object.entries(KERNELS)) {
  const bytes = await buildWasmModule(`${name}.wat`, readFileSync(join(folder, `${name}.wat`), 'utf8'));
  const base64 = Buffer.from(bytes).toString('base64');
  writeFileSync(
    join(folder, `${name}-module.ts`),
    `/** ${name}.wat, assembled by scripts/build-wasm.ts. */\nexport const ${constant} =\n  '${base64}';\n`,
  );
}
