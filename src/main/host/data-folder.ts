import { homedir } from 'node:os';
import { join } from 'node:path';

/** The name under which both shells keep a person's things. */
const PROGRAM_NAME = 'RFTT Workbench';

/** What the choice depends on, so that it can be tested for every system. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The data folder of a person who chose none: the same in the Electron window and in the browser.
 * Linux: `$XDG_CONFIG_HOME` or `~/.config` (where Electron keeps `userData`); macOS: Application Support; Windows: `%APPDATA%`.
 */
export function defaultDataFolder(
  { platform, home, env }: Surroundings = { platform: process.platform, home: homedir(), env: process.env },
): string {
  const bases: Partial<Record<NodeJS.Platform, string>> = {
    win32: env['APPDATA'] ?? join(home, 'AppData', 'Roaming'),
    darwin: join(home, 'Library', 'Application Support'),
  };
  const base = bases[platform] ?? (env['XDG_CONFIG_HOME'] || join(home, '.config'));
  return join(base, PROGRAM_NAME, 'workbench');
}
