import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { npmCommand } from './npm.mjs';
import { projectRoot } from './pinned-node.mjs';

/** Whether `node_modules` holds what `package-lock.json` names, apart from packages meant for other platforms. */
export function areDependenciesCurrent(root = projectRoot) {
  const installedPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional === true || installed[path]?.version === entry.version,
  );
}

/**
 * Installs the locked dependencies when they are missing or outdated.
 * @throws {Error} when npm fails
 */
export function ensureDependencies(nodePath, say) {
  if (areDependenciesCurrent()) return;
  say('installing the locked dependencies with npm ci (about 460 MB on disk, once) …');
  const npm = npmCommand(nodePath);
  const done = spawnSync(npm.file, [...npm.arguments, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PATH: withNodeFirst(nodePath) },
  });
  if (done.status !== 0) {
    throw new Error(
      `npm ci ended with ${done.status ?? done.error?.message}. Check the network and the free disk space, then try again.`,
    );
  }
}

/** The PATH with the folder of `nodePath` in front, so that child processes find the same Node. */
export function withNodeFirst(nodePath) {
  const separator = process.platform === 'win32' ? ';' : ':';
  return `${dirname(nodePath)}${separator}${process.env.PATH ?? ''}`;
}
