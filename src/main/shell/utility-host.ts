import { join } from 'node:path';
import { MessageChannelMain, utilityProcess, type UtilityProcess } from 'electron';
import type { FromHost, ToHost } from '@contracts/shell-protocol';
import { hostArguments, type HostEvents, type HostPaths, type HostProcess } from './host-process';

/** The host as Electron's own utility process. Window ports are handed over whole; engines are forked here on the host's request. */
export function startUtilityHost(paths: HostPaths, events: HostEvents): HostProcess {
  const host = utilityProcess.fork(join(paths.programFolder, 'host.cjs'), hostArguments(paths), {
    serviceName: 'RFTT Workbench host',
    stdio: 'inherit',
  });
  const engines = new Map<number, UtilityProcess>();
  let nextWindow = 1;
  let isRunning = true;

  const post = (message: ToHost, ports: Electron.MessagePortMain[] = []): void => {
    if (isRunning) host.postMessage(message, ports);
  };
  host.on('exit', (code) => {
    isRunning = false;
    // An engine without a host has nobody to tell; it has saved what counts.
    for (const engine of engines.values()) engine.kill();
    events.onExit(code);
  });
  host.on('message', (message: FromHost) => {
    if (message.type === 'spawnEngine') spawnEngine(message.engine);
    else if (message.type === 'killEngine') engines.get(message.engine)?.kill();
    else events.onMessage(message);
  });

  function spawnEngine(id: number): void {
    const engine = utilityProcess.fork(join(paths.programFolder, 'engine.cjs'), [], {
      serviceName: 'RFTT Workbench engine',
      stdio: 'inherit',
    });
    engines.set(id, engine);
    engine.once('spawn', () => {
      const { port1, port2 } = new MessageChannelMain();
      engine.postMessage({ type: 'hostPort' }, [port1]);
      post({ type: 'engineSpawned', engine: id }, [port2]);
    });
    engine.once('exit', (code) => {
      engines.delete(id);
      post({ type: 'engineExited', engine: id, code });
    });
  }

  return {
    post,
    connectWindow(port) {
      post({ type: 'windowOpened', window: nextWindow++ }, [port]);
    },
    kill: () => void host.kill(),
  };
}
