/**
 * Runs a script, or a tool from node_modules, under a Node that can run the program, after installing what is missing.
 *
 *     node scripts/with-node.mjs scripts/start.mjs --browser
 *     node scripts/with-node.mjs vitest run --project unit
 */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDependencies, withNodeFirst } from './ground/dependencies.mjs';
import { ensureNode, projectRoot } from './ground/pinned-node.mjs';

const [command, ...rest] = process.argv.slice(2);
const say = (text) => process.stderr.write(`[workbench] ${text}\n`);

try {
  if (command === undefined) throw new Error('Give a script or the name of a tool.');
  const nodePath = ensureNode(say);
  ensureDependencies(nodePath, say);
  run(nodePath, /\.m?js$/.test(command) ? command : toolPath(command));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

function run(nodePath, script) {
  const child = spawn(nodePath, [script, ...rest], {
    stdio: 'inherit',
    env: { ...process.env, PATH: withNodeFirst(nodePath) },
  });
  // The terminal sends Ctrl-C to both; this process waits for the child's own ending.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    say(error.message);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 1);
    process.exit();
  });
}

/** The script behind a tool's name, read from its package. */
function toolPath(name) {
  const packages = { tsc: 'typescript', playwright: '@playwright/test' };
  const folder = join(projectRoot, 'node_modules', packages[name] ?? name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const path = typeof bin === 'string' ? bin : bin[name];
  if (path === undefined) throw new Error(`No tool called ${name} is installed.`);
  return join(folder, path);
}
