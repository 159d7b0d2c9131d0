import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/websocket';
import type { ContractRouterClient } from '@orpc/contract';
import WebSocket from 'ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WorkbenchContract } from '@contracts/index';
import { fromRpcError } from '@contracts/rpc-errors';
import { startLocalServer, type LocalServer } from './local-server';
import { makeTestFolder, searchSpec, TestHost } from './testing/test-host';

const TOKEN = 'a-secret-of-this-start';
let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
let server: LocalServer;
let origin: string;

beforeEach(async () => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
  const rendererFolder = join(folder.path, 'window');
  mkdirSync(rendererFolder);
  writeFileSync(join(rendererFolder, 'index.html'), '<!doctype html><title>Workbench</title>');
  writeFileSync(join(folder.path, 'secret.txt'), 'not for the window');
  server = await startLocalServer({ router: host.host.router, rendererFolder, port: 0, token: TOKEN });
  origin = new URL(server.url).origin;
});
afterEach(async () => {
  await server.close();
  await host.host.close(0);
  folder.remove();
});

/** One raw request: fetch would tidy the path and forbid the Host header. */
function ask(
  path: string,
  { method = 'GET', headers = {} } = {},
): Promise<{ status: number; body: string; headers: NodeJS.Dict<string | string[]> }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(origin);
    const call = request({ hostname, port, path, method, headers }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body, headers: response.headers }));
    });
    call.on('error', reject).end();
  });
}

/** Opens a socket; resolves with its state or with the status that refused it. */
function connect(
  options: { path?: string; protocols?: string[]; headers?: Record<string, string> } = {},
): Promise<WebSocket | number> {
  const { path = '/rpc', protocols = ['wb', `wb.${TOKEN}`], headers = { origin } } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(origin.replace('http', 'ws') + path, protocols, { headers });
    socket.on('open', () => resolve(socket));
    socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.on('error', reject);
  });
}

async function openClient(): Promise<{ client: ContractRouterClient<WorkbenchContract>; socket: WebSocket }> {
  const socket = await connect();
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`);
  // The socket of ws has what oRPC uses of a browser's.
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket });
  return { client: createORPCClient(link), socket };
}

describe('files', () => {
  it('are served to this machine with a policy that loads nothing from elsewhere', async () => {
    const answer = await ask('/');
    expect(answer).toMatchObject({ status: 200, body: expect.stringContaining('Workbench') });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '//etc/passwd',
    '/%00',
    '/missing.js',
  ])('outside the window are not found: %s', async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain('not for the window');
  });

  it('go to nobody who thinks this is another host', async () => {
    expect((await ask('/', { headers: { host: 'evil.example' } })).status).toBe(421);
    expect((await ask('/', { headers: { host: `evil.example:${new URL(origin).port}` } })).status).toBe(421);
  });

  it('are read only', async () => {
    expect((await ask('/', { method: 'POST' })).status).toBe(405);
    expect(await ask('/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });
});

describe('the connection of a window', () => {
  it.each([
    ['without the secret', { protocols: ['wb'] }, 403],
    ['with a wrong secret', { protocols: ['wb', 'wb.guess'] }, 403],
    ['with a secret of the same length', { protocols: ['wb', `wb.${'x'.repeat(TOKEN.length)}`] }, 403],
    ['from another website', { headers: { origin: 'http://evil.example' } }, 403],
    ['from another port', { headers: { origin: 'http://127.0.0.1:1' } }, 403],
    ['without an origin', { headers: {} }, 403],
    ['elsewhere', { path: '/other' }, 404],
  ])('is refused %s', async (_what, options, status) => {
    expect(await connect(options)).toBe(status);
  });

  it('carries calls, and errors with their envelope', async () => {
    const { client, socket } = await openClient();
    expect(await client.system.info({})).toMatchObject({ shell: 'none', cores: expect.any(Number) });
    const error = fromRpcError(
      await client.projects.overview({ id: 'nothing' as never }).catch((thrown: unknown) => thrown),
    );
    expect(error).toMatchObject({ kind: 'not_found', code: 'gone', facts: { wayOut: expect.any(String) } });
    const invalid = fromRpcError(
      await client.projects.create({ name: ' ', withEmbedded: false }).catch((thrown: unknown) => thrown),
    );
    expect(invalid).toMatchObject({
      kind: 'validation',
      code: 'request-invalid',
      message: expect.stringContaining('name'),
    });
    socket.close();
  });

  it('misses nothing that happens after it asked to watch', async () => {
    const { client, socket } = await openClient();
    const events = await client.runs.watch({});
    const made = host.makeProject();
    const run = await client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    (await host.engine()).finish({ trees: 0 });
    const statuses: string[] = [];
    for await (const event of events) {
      if (event.type !== 'runChanged' || event.run.id !== run.id) continue;
      statuses.push(event.run.status);
      if (event.run.status === 'finished') break;
    }
    expect(statuses).toEqual(['queued', 'running', 'finished']);
    socket.close();
  });

  it('may break without harm to a run', async () => {
    const { client, socket } = await openClient();
    const made = host.makeProject();
    await client.runs.watch({});
    const run = await client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    socket.terminate();
    await expect.poll(() => server.clientCount()).toBe(0);
    engine.finish();
    await host.services.jobs.whenIdle();
    const again = await openClient();
    expect((await again.client.runs.get({ id: run.id })).status).toBe('finished');
    again.socket.close();
  });
});
