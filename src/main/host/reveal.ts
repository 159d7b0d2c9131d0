import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The program of each system that opens a folder, and its arguments. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, (path: string, isFolder: boolean) => [string, string[]]>>> = {
  darwin: (path, isFolder) => ['open', isFolder ? [path] : ['-R', path]],
  win32: (path, isFolder) => ['explorer.exe', isFolder ? [path] : [`/select,${path}`]],
};

/**
 * Shows a path in the desktop's file manager.
 * @throws {Error} with a plain sentence where there is none
 */
export async function revealInDesktop(path: string): Promise<void> {
  const hasDesktop = process.platform !== 'linux' || process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'];
  if (!hasDesktop) throw new Error('There is no desktop here. The path can be copied.');
  const isFolder = (await stat(path)).isDirectory();
  const [file, args] = OPENERS[process.platform]?.(path, isFolder) ?? ['xdg-open', [isFolder ? path : dirname(path)]];
  await new Promise<void>((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'ignore', detached: true });
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
    child.once('error', () => reject(new Error('No file manager could be started. The path can be copied.')));
  });
}
