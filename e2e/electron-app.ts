import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { _electron, type ElectronApplication } from '@playwright/test';
import { findElectron } from '../scripts/ground/places.mjs';
import { projectRoot } from './local-host';

/** The Electron executable, or null; with REQUIRE_ELECTRON set its absence is an error. */
export function electronBinary(): string | null {
  const path = findElectron();
  if (path === null && process.env['REQUIRE_ELECTRON'])
    throw new Error('REQUIRE_ELECTRON is set and there is no Electron here.');
  return path;
}

/** Starts the built program in a real Electron with its own user data. */
export function launchElectron(binary: string, userData: string): Promise<ElectronApplication> {
  const takesPath = existsSync(join(dirname(binary), 'resources/default_app.asar'));
  if (!takesPath) linkApp(binary);
  return _electron.launch({
    executablePath: binary,
    args: [
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(takesPath ? [projectRoot] : []),
      '--user-data',
      userData,
    ],
    env: { ...environment(), WORKBENCH_NODE: process.execPath },
    timeout: 60_000,
  });
}

/** A bare runtime runs what lies in its resources/app: our project. */
function linkApp(binary: string): void {
  const link = join(dirname(binary), 'resources/app');
  rmSync(link, { force: true });
  symlinkSync(projectRoot, link, 'dir');
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
