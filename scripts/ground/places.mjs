import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './pinned-node.mjs';

/** Where things are on this machine; nothing here downloads or starts anything. */

/** The person's folder for this program: the same one in both shells. */
export function defaultUserData() {
  const name = 'RFTT Workbench';
  if (process.platform === 'win32') return join(process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming'), name);
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support', name);
  return join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), name);
}

/**
 * The Electron executable, or null. Never asks the `electron` package itself, which would start a download.
 * `WORKBENCH_ELECTRON` names another one.
 */
export function findElectron() {
  const named = process.env.WORKBENCH_ELECTRON;
  if (named !== undefined && named !== '') return existsSync(named) ? named : null;
  const folder = join(projectRoot, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const path = join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'),
    readFileSync(pathFile, 'utf8').trim(),
  );
  return existsSync(path) ? path : null;
}

/** A Chromium or Chrome of this machine for the tests, or null. */
export function findChromium() {
  const candidates = [
    process.env.WORKBENCH_CHROMIUM,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return candidates.find((path) => path !== undefined && path !== '' && existsSync(path)) ?? null;
}

/**
 * The description of SwiftShader, a Vulkan driver in software that comes with Debian's Chromium, or null. It lets tests run on "a GPU" where
 * there is none. A driver that the person names with Vulkan's own variables is left as it is.
 */
export function findSoftwareVulkan() {
  if (process.env.VK_ICD_FILENAMES || process.env.VK_DRIVER_FILES) return null;
  const candidates = ['/usr/lib/chromium/vk_swiftshader_icd.json', '/usr/lib/chromium-browser/vk_swiftshader_icd.json'];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** Whether the built program is missing or older than its sources. */
export function isBuildStale() {
  const built = join(projectRoot, 'out', 'renderer', 'index.html');
  if (!existsSync(built) || !existsSync(join(projectRoot, 'out', 'main', 'index.cjs'))) return true;
  const builtMs = statSync(built).mtimeMs;
  const sources = ['src', 'package-lock.json', 'electron.vite.config.ts'].map((path) => join(projectRoot, path));
  return sources.some((path) => newestMs(path) > builtMs);
}

function newestMs(path) {
  const { mtimeMs } = statSync(path);
  if (!statSync(path).isDirectory()) return mtimeMs;
  return Math.max(0, ...readdirSync(path, { withFileTypes: true }).map((entry) => newestMs(join(path, entry.name))));
}
