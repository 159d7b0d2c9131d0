import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { WorkbenchError } from '@core/errors';
import { composeHost } from './compose';
import { defaultDataFolder } from './data-folder';
import { forkEngine } from './jobs/engine-child';
import { startLocalServer } from './local-server';
import { revealInDesktop } from './reveal';

/**
 * Entry of the local host: the whole workbench served to a browser on this machine.
 *
 *     --data DIR              folder with the store and the runs (default: the same as the Electron window's)
 *     --user-data DIR         the same, one folder up: DIR/workbench
 *     --resources DIR         prompts, the embedded model, its questions
 *     --renderer DIR          the built window; without it only the calls are served
 *     --engine FILE           the built engine entry (default: beside this program)
 *     --port N                default: a free one
 *     --set-aside-database    rename a damaged database and begin an empty one
 *     --allow-origin URL      a development server that may connect; may be given more than once
 *
 * Prints `WORKBENCH_URL=…` once it serves. SIGINT or SIGTERM lets a running job save and ends the program.
 */
const { values: given } = parseArgs({
  options: {
    data: { type: 'string' },
    'user-data': { type: 'string' },
    resources: { type: 'string' },
    renderer: { type: 'string' },
    engine: { type: 'string' },
    port: { type: 'string', default: '0' },
    'set-aside-database': { type: 'boolean', default: false },
    'allow-origin': { type: 'string', multiple: true, default: [] },
  },
});

const CHECK_PARENT_MS = 10_000;

main().catch((error: unknown) => {
  process.stderr.write(`[workbench] ${describe(error)}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const programFolder = dirname(resolve(process.argv[1] ?? '.'));
  const port = Number(given.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new WorkbenchError('validation', `--port is a number from 0 to 65535, not "${given.port}".`, {
      code: 'arguments',
    });
  }
  const userData = given['user-data'];
  const host = composeHost({
    dataFolder: resolve(given.data ?? (userData ? join(userData, 'workbench') : defaultDataFolder())),
    resourcesFolder: resolve(given.resources ?? firstExisting([join(programFolder, '../../resources'), 'resources'])),
    shell: 'browser',
    spawnEngine: forkEngine(
      resolve(given.engine ?? firstExisting([join(programFolder, 'engine.cjs'), join(programFolder, 'engine.mjs')])),
    ),
    reveal: revealInDesktop,
    setAsideCorrupt: given['set-aside-database'] || process.env['WORKBENCH_SET_ASIDE_DATABASE'] === '1',
  });
  const server = await startLocalServer({
    router: host.router,
    rendererFolder: given.renderer === undefined ? null : resolve(given.renderer),
    port,
    token: randomBytes(32).toString('base64url'),
    allowedOrigins: given['allow-origin'],
  }).catch(async (error: unknown) => {
    await host.close();
    throw error;
  });

  let isEnding = false;
  const stop = () => {
    // A second signal means: at once. The run goes on from its last checkpoint next time.
    if (isEnding) process.exit(1);
    isEnding = true;
    void server
      .close()
      .then(() => host.close())
      .finally(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
  stopWithParent(() => server.clientCount() === 0 && !host.services.jobs.isWorking, stop);
  process.stdout.write(`WORKBENCH_URL=${server.url}\n`);
}

/** Ends the program once whoever started it is gone, nobody looks, and nothing runs that would have to be paused. */
function stopWithParent(isIdle: () => boolean, stop: () => void): void {
  const { ppid } = process;
  setInterval(() => {
    if (process.ppid !== ppid && isIdle()) stop();
  }, CHECK_PARENT_MS).unref();
}

/** The first path that exists, else the first: its absence is then reported where it is needed. */
function firstExisting(paths: readonly string[]): string {
  return paths.find((path) => existsSync(path)) ?? paths[0] ?? '.';
}

function describe(error: unknown): string {
  if (!(error instanceof WorkbenchError))
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  const { where, kept, wayOut } = error.facts;
  return [error.message, where && `Where: ${where}`, kept && `Kept: ${kept}`, wayOut && `What to do: ${wayOut}`]
    .filter(Boolean)
    .join('\n            ');
}
