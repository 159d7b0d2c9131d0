import { timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { ASSET_HEADERS, contentSecurityPolicy, contentTypeOf, locateAsset } from '../static-assets';
import type { HostRouter } from './rpc/router';

export interface LocalServerOptions {
  readonly router: HostRouter;
  /** The built window; null serves the calls alone. */
  readonly rendererFolder: string | null;
  /** 0 takes a free port. */
  readonly port: number;
  /** Secret of this start; whoever knows it may connect. */
  readonly token: string;
  /** Further origins that may connect, for a development server. */
  readonly allowedOrigins?: readonly string[];
}

export interface LocalServer {
  /** Address of the window with the secret in its fragment, which no browser sends over the wire. */
  readonly url: string;
  /** Windows connected now. */
  readonly clientCount: () => number;
  close(): Promise<void>;
}

const ADDRESS = '127.0.0.1';
const RPC_PATH = '/rpc';
/** Largest message a window may send: an edited example or a draft, with much room. */
const MAX_MESSAGE_BYTES = 16 * 2 ** 20;
/** A connection that does not answer this often is gone. */
const HEARTBEAT_MS = 30_000;

/**
 * Serves the window and its calls to this machine alone. Another website in the same browser must get nothing: the host name is checked
 * (DNS rebinding), a WebSocket needs our own origin and the secret, nothing is changed by GET, and no answer may be read across origins.
 */
export async function startLocalServer(options: LocalServerOptions): Promise<LocalServer> {
  const server = createServer((request, response) => void answer(request, response));
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    handleProtocols: () => 'wb',
  });
  const handler = new RPCHandler(options.router);
  const alive = new WeakSet<WebSocket>();

  sockets.on('connection', (socket) => {
    alive.add(socket);
    socket.on('pong', () => alive.add(socket));
    // An error is followed by `close`, which ends the calls of this window.
    socket.on('error', () => undefined);
    void handler.upgrade(socket);
  });
  const heartbeat = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.delete(socket)) socket.terminate();
      else socket.ping();
    }
  }, HEARTBEAT_MS);
  heartbeat.unref();

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, ADDRESS, resolve);
  });
  // Listening on a TCP port, the address is an object.
  const { port } = server.address() as AddressInfo;
  const hosts = new Set([`${ADDRESS}:${port}`, `localhost:${port}`]);
  const policy = contentSecurityPolicy(`ws://${ADDRESS}:${port} ws://localhost:${port}`);

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const refusal = refuseUpgrade(request, hosts, options);
    if (refusal) {
      // Whoever is refused may hang up before it has read why.
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!hosts.has(request.headers.host ?? '')) return end(response, 421, 'Misdirected request.');
    if (request.method !== 'GET' && request.method !== 'HEAD') return end(response, 405, 'Only GET and HEAD.');
    const [path = '/'] = (request.url ?? '/').split(/[?#]/, 1);
    const file = options.rendererFolder === null ? null : locateAsset(options.rendererFolder, path);
    const bytes = file === null ? null : await readFile(file).catch(() => null);
    if (file === null || bytes === null) return end(response, 404, 'Not found.');
    response.writeHead(200, {
      ...ASSET_HEADERS,
      'Content-Security-Policy': policy,
      'Content-Type': contentTypeOf(file),
      'Content-Length': bytes.length,
    });
    response.end(request.method === 'HEAD' ? undefined : bytes);
  }

  return {
    url: `http://${ADDRESS}:${port}/#t=${options.token}`,
    clientCount: () => sockets.clients.size,
    close() {
      clearInterval(heartbeat);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function end(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { ...ASSET_HEADERS, 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(text);
}

/** Status line of a refused upgrade; null lets it pass. */
function refuseUpgrade(
  { headers, url }: IncomingMessage,
  hosts: ReadonlySet<string>,
  { token, allowedOrigins = [] }: LocalServerOptions,
): string | null {
  const { host = '', origin = '' } = headers;
  if (!hosts.has(host)) return '421 Misdirected Request';
  if (url !== RPC_PATH) return '404 Not Found';
  // A browser always sends its origin; whoever sends none or a foreign one is not our window.
  if (origin !== `http://${host}` && !allowedOrigins.includes(origin)) return '403 Forbidden';
  const protocols = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const given = protocols.find((one) => one.startsWith('wb.'))?.slice('wb.'.length) ?? '';
  return protocols.includes('wb') && isSame(given, token) ? null : '403 Forbidden';
}

/** Compares two secrets in a time that tells nothing about where they differ. */
function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
