import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * How to call npm with a given Node: npm's own script when it can be found, else the `npm` on the PATH.
 * @returns {{file: string, arguments: string[]}}
 */
export function npmCommand(nodePath) {
  const beside = join(dirname(process.execPath), '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
  const script = [process.env.npm_execpath, beside].find((path) => path?.endsWith('npm-cli.js') && existsSync(path));
  if (script !== undefined) return { file: nodePath, arguments: [script] };
  return { file: process.platform === 'win32' ? 'npm.cmd' : 'npm', arguments: [] };
}
