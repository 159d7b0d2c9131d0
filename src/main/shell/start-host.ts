import { startChildHost } from './child-host';
import type { HostEvents, HostPaths, HostProcess } from './host-process';
import { startUtilityHost } from './utility-host';

/**
 * Starts the host process the way this Electron can: as a utility process where its own Node is new enough for SQLite (Electron 36 and newer),
 * else as a child of the Node that `WORKBENCH_NODE` names.
 * @throws {Error} when neither can be done
 */
export function startHost(paths: HostPaths, events: HostEvents): HostProcess {
  if (canHost(process.versions.node)) return startUtilityHost(paths, events);
  const nodePath = process.env['WORKBENCH_NODE'];
  if (nodePath === undefined) {
    throw new Error(
      `This Electron brings Node ${process.versions.node}; the workbench needs 22.14. Start it with "npm start".`,
    );
  }
  return startChildHost(nodePath, paths, events);
}

/** Whether a Node version has the N-API 10 that better-sqlite3 needs. */
export function canHost(nodeVersion: string): boolean {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 14);
}
