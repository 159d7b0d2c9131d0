import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { ConnectionStore } from './connection';
import { ReplaceableLink } from './link';

/** Messages between the page and the preload of the Electron shell; the answer carries one MessagePort. */
const PORT_WANTED = 'workbench:port-wanted';
const PORT_GIVEN = 'workbench:port';
/** Where the local host's token lives for this tab; see `takeToken`. */
const TOKEN_KEY = 'workbench-token';
const RETRY_MS = [250, 500, 1000, 2000, 4000] as const;

/** The link to the host: a MessagePort inside Electron, a WebSocket to our own origin in a browser. */
export function connectToHost(): ReplaceableLink {
  const link = new ReplaceableLink(new ConnectionStore());
  if ('shell' in window) connectByPort(link);
  else connectBySocket(link, takeToken());
  return link;
}

function connectByPort(link: ReplaceableLink): void {
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    const [port] = event.ports;
    if (event.source !== window || !isPortMessage(event.data) || port === undefined) return;
    port.start();
    link.attach(new PortLink({ port }));
  });
  window.postMessage({ type: PORT_WANTED }, '*');
}

function isPortMessage(data: unknown): boolean {
  return typeof data === 'object' && data !== null && 'type' in data && data.type === PORT_GIVEN;
}

function connectBySocket(link: ReplaceableLink, token: string, attempt = 0): void {
  const socket = new WebSocket(`ws://${location.host}/rpc`, ['wb', `wb.${token}`]);
  let wasOpen = false;
  socket.addEventListener('open', () => {
    wasOpen = true;
    link.attach(new SocketLink({ websocket: socket }));
  });
  socket.addEventListener('close', () => {
    link.detach();
    const next = wasOpen ? 0 : attempt + 1;
    setTimeout(() => connectBySocket(link, token, next), RETRY_MS[Math.min(next, RETRY_MS.length - 1)]);
  });
}

/**
 * The secret of the local host. It comes in the address's fragment (never sent over the wire), moves to this tab's storage,
 * and leaves the address, so that a copied link does not carry it.
 */
function takeToken(): string {
  const match = /^#t=([\w-]+)(?:&(.*))?$/.exec(location.hash);
  if (match?.[1] !== undefined) {
    sessionStorage.setItem(TOKEN_KEY, match[1]);
    history.replaceState(null, '', match[2] ? `#${match[2]}` : '#/');
  }
  return sessionStorage.getItem(TOKEN_KEY) ?? '';
}
