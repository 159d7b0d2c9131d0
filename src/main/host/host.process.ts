import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { RPCHandler } from '@orpc/server/message-port';
import { HostArguments } from '@contracts/host-arguments';
import { SHUTDOWN_DEADLINE_MS, type FromHost, type ToHost } from '@contracts/shell-protocol';
import type { ErrorEnvelope } from '@contracts/errors';
import { toEnvelope } from '@core/errors';
import { composeHost, type Host } from './compose';
import { forkEngine } from './jobs/engine-child';
import { watchActivity } from './jobs/events';
import { RelayedPort } from './relayed-port';
import { createShellEngines, type ShellPort } from './shell-engines';
import { createShellSecrets } from './shell-secrets';

/**
 * Entry of the host under the Electron shell, in either of the two ways that `shell-protocol.ts` describes: as a utility process, where windows
 * and engines come as ports, or as a child of a newer Node, where windows are relayed message by message and engines are forked here.
 */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: ToHost; ports: ShellPort[] }) => void): void;
}

/** What a window talks over: a port of Electron, or one that is relayed. */
type WindowPort = ShellPort | RelayedPort;

const { parentPort } = process as unknown as { readonly parentPort?: ParentPort }; // only there in a utility process
const post = (message: FromHost): void => {
  if (parentPort) parentPort.postMessage(message);
  else process.send?.(message, () => undefined);
};
const shellEngines = createShellEngines(post);
const shellSecrets = createShellSecrets(post);
const windows = new Map<number, WindowPort>();

try {
  serve(startHost());
  post({ type: 'ready' });
} catch (error) {
  // Core's envelope and the contract's differ only in how they write an absent field.
  post({ type: 'failed', error: toEnvelope(error) as ErrorEnvelope });
  // The message must leave before the process does.
  setTimeout(() => process.exit(1), 100);
}

function startHost(): Host {
  const { values } = parseArgs({
    // A utility process may or may not have its script among the arguments, and Chromium adds its own; both are passed over.
    args: process.argv.slice(1),
    strict: false,
    options: { data: { type: 'string' }, resources: { type: 'string' } },
  });
  const { data, resources } = HostArguments.parse(values);
  return composeHost({
    dataFolder: resolve(data),
    resourcesFolder: resolve(resources),
    shell: 'electron',
    spawnEngine: parentPort
      ? shellEngines.spawn
      : forkEngine(join(dirname(resolve(process.argv[1] ?? '.')), 'engine.cjs')),
    secrets: shellSecrets,
    reveal: (path) => Promise.resolve(post({ type: 'reveal', path })),
    setAsideCorrupt: process.env['WORKBENCH_SET_ASIDE_DATABASE'] === '1',
  });
}

function serve(host: Host): void {
  void watchActivity(host.services.bus, (isWorking) => post({ type: 'activity', isWorking }));
  const handler = new RPCHandler(host.router);
  const openWindow = (window: number, port: WindowPort) => {
    windows.set(window, port);
    handler.upgrade(port as Parameters<typeof handler.upgrade>[0]); // both have what oRPC asks of a port: post, listen, close
    port.start();
  };
  const receive = (message: ToHost, [port]: readonly ShellPort[] = []): void => {
    switch (message.type) {
      case 'windowOpened': {
        const { window } = message;
        openWindow(window, port ?? new RelayedPort((data) => post({ type: 'windowMessage', window, data })));
        break;
      }
      case 'windowMessage': {
        const target = windows.get(message.window);
        if (target instanceof RelayedPort) target.receive(message.data);
        break;
      }
      case 'windowClosed':
        windows.get(message.window)?.close();
        windows.delete(message.window);
        break;
      case 'engineSpawned':
        if (port) shellEngines.onSpawned(message.engine, port);
        break;
      case 'engineExited':
        shellEngines.onExited(message.engine, message.code);
        break;
      case 'secretDone':
        shellSecrets.onDone(message.request, message.text);
        break;
      case 'shutdown':
        // Less than the shell's own deadline, so that the store is closed before the shell kills.
        void host.close(SHUTDOWN_DEADLINE_MS / 2).finally(() => process.exit(0));
        break;
      default:
        message satisfies never;
    }
  };
  if (parentPort) {
    parentPort.on('message', ({ data, ports }) => receive(data, ports));
  } else {
    process.on('message', (message: ToHost) => receive(message));
    // Without a shell there are no windows: save and go.
    process.on('disconnect', () => void host.close(SHUTDOWN_DEADLINE_MS / 2).finally(() => process.exit(0)));
  }
}
