/**
 * `npm start`: opens the workbench in its Electron window or, where Electron cannot be had, in the browser, saying why.
 *
 *     npm start -- --browser            in the browser in any case
 *     npm start -- --user-data DIR      another folder for projects, models and runs
 *     npm start -- --no-open            print the address and open nothing
 *     npm start -- --port N             the local host's port (default: a free one)
 *     npm start -- --set-aside-database rename a damaged database and begin an empty one
 */
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { projectRoot } from './ground/pinned-node.mjs';
import { defaultUserData, findElectron, isBuildStale } from './ground/places.mjs';

const INSTALL_LIMIT_MS = 300_000;
/** A sandbox that cannot be set up kills Electron at once; later traps are something else. */
const SANDBOX_TRAP_MS = 3_000;

const { values: options } = parseArgs({
  options: {
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    'user-data': { type: 'string' },
    port: { type: 'string', default: '0' },
    'set-aside-database': { type: 'boolean', default: false },
  },
});
// Both shells pass their environment on to the host.
if (options['set-aside-database']) process.env.WORKBENCH_SET_ASIDE_DATABASE = '1';
const userData = resolve(options['user-data'] ?? defaultUserData());
const say = (text) => process.stderr.write(`[workbench] ${text}\n`);

buildIfNeeded();
const reason = reasonForBrowser();
if (reason !== null) startInBrowser(reason);
else startElectron();

function buildIfNeeded() {
  if (!isBuildStale()) return;
  say('building (a few seconds) …');
  const cli = join(projectRoot, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const done = spawnSync(process.execPath, [cli, 'build', '--logLevel', 'error'], {
    cwd: projectRoot,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (done.status !== 0) {
    say('the build failed; the messages above say where.');
    process.exit(1);
  }
}

/** Why the window opens in the browser, or null when Electron can be used. */
function reasonForBrowser() {
  if (options.browser) return 'you asked for it with --browser';
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY)
    return 'there is no display here for an Electron window';
  if (process.getuid?.() === 0) return 'Electron does not run as root';
  return findElectron() === null ? installElectron() : null;
}

/** Fetches the Electron that package.json names. Returns why that failed, or null. */
function installElectron() {
  say('getting Electron (once, about 110 MB) …');
  const done = spawnSync(process.execPath, [join(projectRoot, 'node_modules', 'electron', 'install.js')], {
    cwd: projectRoot,
    encoding: 'utf8',
    timeout: INSTALL_LIMIT_MS,
  });
  if (done.status === 0 && findElectron() !== null) return null;
  const cause =
    /^.*(?:Error|ENOTFOUND|ECONN\w+).*$/m.exec(done.stderr ?? '')?.[0]?.trim() ??
    done.error?.message ??
    `its installer ended with ${done.status}`;
  return `Electron could not be downloaded (${cause})`;
}

function startElectron() {
  const startedAt = Date.now();
  const child = spawn(findElectron(), [projectRoot, '--user-data', userData], {
    stdio: 'inherit',
    env: { ...process.env, WORKBENCH_NODE: process.execPath },
  });
  forwardSignals(child);
  child.on('error', (error) => startInBrowser(`Electron could not be started (${error.message})`));
  child.on('exit', (code, signal) => {
    if (signal === 'SIGTRAP' && Date.now() - startedAt < SANDBOX_TRAP_MS) {
      startInBrowser(
        'this system does not let Electron set up its sandbox (on Ubuntu: the restriction of unprivileged user namespaces)',
      );
    } else process.exitCode = code ?? 1;
  });
}

function startInBrowser(because) {
  say(`opening in your browser instead of an Electron window: ${because}. Everything works the same.`);
  const dataFolder = join(userData, 'workbench');
  mkdirSync(dataFolder, { recursive: true });
  const child = spawn(
    process.execPath,
    [
      join(projectRoot, 'out', 'main', 'local-host.cjs'),
      '--data',
      dataFolder,
      '--resources',
      join(projectRoot, 'resources'),
      '--renderer',
      join(projectRoot, 'out', 'renderer'),
      '--port',
      options.port,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  forwardSignals(child);
  createInterface({ input: child.stdout }).on('line', (line) => {
    process.stdout.write(`${line}\n`);
    const [, address] = /^WORKBENCH_URL=(\S+)$/.exec(line) ?? [];
    if (address === undefined) return;
    say(
      `open this address if no window appears: ${address}   (Ctrl-C ends the workbench; a running job goes on next time)`,
    );
    if (!options['no-open']) openBrowser(address);
  });
  child.on('exit', (code) => {
    process.exitCode = code ?? 1;
  });
}

function openBrowser(address) {
  const [file, ...before] = { darwin: ['open'], win32: ['rundll32', 'url.dll,FileProtocolHandler'] }[
    process.platform
  ] ?? ['xdg-open'];
  const child = spawn(file, [...before, address], { stdio: 'ignore', detached: true });
  // No browser to be found is no failure: the address has been printed.
  child.on('error', () => undefined);
  child.unref();
}

/** Ctrl-C reaches the child too; waiting for it lets a running job save. */
function forwardSignals(child) {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
}
