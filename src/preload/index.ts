/**
 * All that a page gets from Electron: it may ask for a port to the host, and it gets one.
 * The page posts `{type: 'workbench:port-wanted'}` to itself; the answer comes the same way, `{type: 'workbench:port'}` with the port attached,
 * or `{type: 'workbench:failed', error}` when the host could not start or is gone.
 */
import { contextBridge, ipcRenderer } from 'electron';
import { FAILED_CHANNEL, PORT_CHANNEL, REQUEST_CHANNEL } from '@contracts/shell-channels';

/** What this file uses of the page's world, which its tsconfig (Node) does not know. */
interface PageWindow {
  readonly location: { readonly origin: string };
  postMessage(message: unknown, targetOrigin: string, transfer?: readonly unknown[]): void;
  addEventListener(type: 'message', listener: (event: { source: unknown; data: unknown }) => void): void;
}
declare const window: PageWindow;

contextBridge.exposeInMainWorld('shell', { kind: 'electron' });

window.addEventListener('message', ({ source, data }) => {
  const isRequest = typeof data === 'object' && data !== null && 'type' in data && data.type === REQUEST_CHANNEL;
  if (source === window && isRequest) ipcRenderer.send(REQUEST_CHANNEL);
});
ipcRenderer.on(PORT_CHANNEL, (event) =>
  window.postMessage({ type: PORT_CHANNEL }, window.location.origin, event.ports),
);
ipcRenderer.on(FAILED_CHANNEL, (_event, error: unknown) =>
  window.postMessage({ type: FAILED_CHANNEL, error }, window.location.origin),
);
