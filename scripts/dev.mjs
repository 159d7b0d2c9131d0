/**
 * `npm run dev`: the window with hot reload in Electron, or, without one, the local host over a build that renews itself on every change
 * (reload the page to see it).
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './ground/pinned-node.mjs';
import { findElectron } from './ground/places.mjs';

const cli = join(projectRoot, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
const hasWindow = findElectron() !== null && process.env.WORKBENCH_ELECTRON === undefined;
const commands = hasWindow
  ? [[cli, 'dev', '--watch']]
  : [
      [join(projectRoot, 'scripts', 'start.mjs'), '--browser', ...process.argv.slice(2)],
      [
        join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js'),
        'build',
        '--watch',
        '--config',
        'scripts/ground/window.vite.config.mjs',
      ],
    ];
const children = commands.map((command) => spawn(process.execPath, command, { cwd: projectRoot, stdio: 'inherit' }));
for (const child of children) {
  child.on('exit', (code) => {
    for (const other of children) other.kill();
    process.exitCode = code ?? 0;
  });
}
