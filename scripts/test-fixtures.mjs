/**
 * `npm run test:fixtures`: all unit and slow tests with their golden numbers, and a failure when the golden files are not there
 * (without them those tests are skipped). `WORKBENCH_FIXTURES` and `WORKBENCH_DATA` name the folders.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { projectRoot } from './ground/pinned-node.mjs';

const folders = {
  WORKBENCH_FIXTURES: process.env.WORKBENCH_FIXTURES ?? '../shared/fixtures',
  WORKBENCH_DATA: process.env.WORKBENCH_DATA ?? '../shared/data',
};
for (const [name, folder] of Object.entries(folders)) {
  if (existsSync(resolve(projectRoot, folder))) continue;
  process.stderr.write(`[workbench] there is no folder ${folder}; set ${name} to where the golden files are.\n`);
  process.exit(1);
}
const done = spawnSync(process.execPath, ['scripts/test.mjs', 'unit', 'slow'], {
  cwd: projectRoot,
  stdio: 'inherit',
  env: { ...process.env, ...folders, REQUIRE_FIXTURES: '1' },
});
process.exitCode = done.status ?? 1;
