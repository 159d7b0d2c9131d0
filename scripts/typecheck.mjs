/** Type-checks each world with its own rules: core (neither Node nor DOM), node, web, e2e. Arguments name the worlds; none means all. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './ground/pinned-node.mjs';

export const WORLDS = ['core', 'node', 'web', 'e2e'];

const wanted = process.argv.length > 2 ? process.argv.slice(2) : WORLDS;
for (const world of wanted) {
  const done = spawnSync(
    process.execPath,
    [join(projectRoot, 'node_modules/typescript/bin/tsc'), '-p', `tsconfig.${world}.json`],
    {
      cwd: projectRoot,
      stdio: 'inherit',
    },
  );
  if (done.status !== 0) process.exitCode = 1;
}
