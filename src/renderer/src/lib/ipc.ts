import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { z } from 'zod';
import { ErrorEnvelope } from '@contracts/errors';
import { FAILED_CHANNEL, PORT_CHANNEL, REQUEST_CHANNEL } from '@contracts/shell-channels';
import { ConnectionStore } from './connection';
import { ReplaceableLink } from './link';

/** Where the local host's token lives for this tab; see `takeToken`. */
const TOKEN_KEY = 'workbench-token';
const ShellMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal(PORT_CHANNEL) }),
  z.object({ type: z.literal(FAILED_CHANNEL), error: ErrorEnvelope }),
]);
const ASK_AGAIN_MS = 4000;
const RETRY_MS = [250, 500, 1000, 2000, 4000] as const;

/** The link to the host: a MessagePort inside Electron, a WebSocket to our own origin in a browser. */
export function connectToHost(): ReplaceableLink {
  const link = new ReplaceableLink(new ConnectionStore());
  if ('shell' in window) connectByPort(link);
  else connectBySocket(link, takeToken());
  return link;
}

/** The page asks the preload by a message to itself and is answered the same way; asking again starts the host anew. */
function connectByPort(link: ReplaceableLink): void {
  const ask = (): void => window.postMessage({ type: REQUEST_CHANNEL }, '*');
  window.addEventListener('message', (event: MessageEvent<unknown>) => {
    if (event.source !== window) return;
    const message = ShellMessage.safeParse(event.data);
    if (!message.success) return;
    const [port] = event.ports;
    if (message.data.type === FAILED_CHANNEL) {
      link.fail(message.data.error);
      setTimeout(ask, ASK_AGAIN_MS);
    }
    if (message.data.type === PORT_CHANNEL && port) {
      port.start();
      link.attach(new PortLink({ port }));
    }
  });
  ask();
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
