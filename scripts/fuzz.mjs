/**
 * Runs every fuzzer with more mutants than the tests do: `npm run fuzz` 100,000 of each parser, `npm run fuzz -- --long` a million;
 * `--seed N` gives other mutants. A mutant that fails is named by its seed, which the tests take through `WORKBENCH_FUZZ_SEED`.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { long: { type: 'boolean', default: false }, seed: { type: 'string', default: '1' } },
});
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', 'unit', 'fuzz'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    WORKBENCH_FUZZ_MUTANTS: values.long ? '1000000' : '100000',
    WORKBENCH_FUZZ_SEED: values.seed,
  },
});
process.exitCode = status ?? 1;
