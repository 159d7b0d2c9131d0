import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { MessagePortMain } from 'electron';
import type { FromHost } from '@contracts/shell-protocol';
import { hostArguments, type HostEvents, type HostPaths, type HostProcess } from './host-process';

/**
 * The host as a plain Node child, for an Electron whose own Node is too old. Window ports stay here and are relayed message by message.
 * @param nodePath a Node of 22.14 or newer
 */
export function startChildHost(nodePath: string, paths: HostPaths, events: HostEvents): HostProcess {
  const child = fork(join(paths.programFolder, 'host.cjs'), hostArguments(paths), {
    execPath: nodePath,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const windows = new Map<number, MessagePortMain>();
  let nextWindow = 1;
  let hasExited = false;

  const exit = (code: number | null): void => {
    if (hasExited) return;
    hasExited = true;
    for (const port of windows.values()) port.close();
    windows.clear();
    events.onExit(code);
  };
  child.on('error', () => exit(null));
  child.on('exit', exit);
  child.on('message', (message: FromHost) => {
    if (message.type === 'windowMessage') windows.get(message.window)?.postMessage(message.data);
    else events.onMessage(message);
  });

  const post: HostProcess['post'] = (message) => {
    // A child that is on its way out has no channel any more; its exit event tells the rest.
    if (child.connected) child.send(message, () => undefined);
  };
  return {
    post,
    connectWindow(port) {
      const window = nextWindow++;
      windows.set(window, port);
      post({ type: 'windowOpened', window });
      port.on('message', ({ data }) => post({ type: 'windowMessage', window, data }));
      port.on('close', () => {
        if (windows.delete(window)) post({ type: 'windowClosed', window });
      });
      port.start();
    },
    kill: () => void child.kill('SIGKILL'),
  };
}
