import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { WebSocket, type ClientOptions } from 'ws';
import { expect, test } from '../fixtures';
import { LocalHost } from '../local-host';

/** What any other program or web page on this machine may not do to the local host (@browser only: Electron has no port). */
test.describe('the local host @browser', () => {
  let host: LocalHost;
  test.beforeEach(async ({ userData }) => {
    host = await LocalHost.start(userData);
  });
  test.afterEach(() => host.stop());

  test('listens on 127.0.0.1 and gives every start its own token', async () => {
    expect(new URL(host.address).hostname).toBe('127.0.0.1');
    // 256 bits in base64url.
    expect(host.token).toMatch(/^[\w-]{43,}$/);
  });

  test('sends its page with headers that forbid everything foreign', async () => {
    const { status, headers } = await get(host, '/');
    expect(status).toBe(200);
    expect(headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['cross-origin-opener-policy']).toBe('same-origin');
    expect(headers['cross-origin-resource-policy']).toBe('same-origin');
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect(headers['set-cookie']).toBeUndefined();
  });

  test('answers only to its own name, so that a rebound name reaches nothing', async () => {
    for (const name of ['evil.example', `evil.example:${new URL(host.origin).port}`, '127.0.0.1:1', '[::1]']) {
      expect((await get(host, '/', { Host: name })).status, name).toBe(421);
    }
    expect((await get(host, '/', { Host: `localhost:${new URL(host.origin).port}` })).status).toBe(200);
  });

  test('serves nothing outside the window folder', async () => {
    const paths = [
      '/../package.json',
      '/%2e%2e/main/index.cjs',
      '/..%2f..%2fpackage.json',
      '/..%5cpackage.json',
      '/\\..\\package.json',
      '//etc/passwd.txt',
      '/a%00.js',
      '/missing.js',
    ];
    for (const path of paths) expect((await get(host, path)).status, path).toBeGreaterThanOrEqual(400);
    for (const path of paths) expect(await rawBody(host, path), path).not.toContain('rftt-workbench');
  });

  test('changes nothing by other methods', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
      expect((await get(host, '/', {}, method)).status, method).toBe(405);
  });

  test('opens a socket for its own page with its token, and for nobody else', async () => {
    const good = ['wb', `wb.${host.token}`];
    expect(await socket(host, '/rpc', good, { origin: host.origin })).toBe('open');
    expect(await socket(host, '/rpc', good, {}), 'no origin').toBe(403);
    expect(await socket(host, '/rpc', good, { origin: 'https://evil.example' }), 'foreign origin').toBe(403);
    expect(await socket(host, '/rpc', good, { origin: 'null' }), 'opaque origin').toBe(403);
    expect(await socket(host, '/rpc', ['wb'], { origin: host.origin }), 'no token').toBe(403);
    expect(await socket(host, '/rpc', ['wb', `wb.${'A'.repeat(43)}`], { origin: host.origin }), 'wrong token').toBe(
      403,
    );
    expect(await socket(host, '/rpc', ['wb', `wb.${host.token}x`], { origin: host.origin }), 'longer token').toBe(403);
    expect(await socket(host, '/other', good, { origin: host.origin }), 'other path').not.toBe('open');
  });

  test('keeps the token out of its log', () => {
    expect(host.log.filter((line) => line.includes(host.token))).toHaveLength(1);
  });

  test('takes the token out of the address and works after a reload', async ({ chromiumBrowser }) => {
    test.skip(chromiumBrowser === null, 'BROWSER NOT TESTED: no Chromium');
    if (chromiumBrowser === null) return;
    const page = await chromiumBrowser.newPage();
    await page.goto(host.address);
    await expect(page.getByRole('navigation').first()).toBeVisible();
    expect(page.url()).not.toContain(host.token);
    expect(await page.context().cookies()).toEqual([]);
    await page.reload();
    await expect(page.getByRole('navigation').first()).toBeVisible();
    await page.close();
  });
});

interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
}

/** One request exactly as given: fetch would tidy up the path and refuse the Host header. */
function get(host: LocalHost, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Reply> {
  const { hostname, port } = new URL(host.origin);
  return new Promise((resolve, reject) => {
    const call = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    });
    call.on('error', reject);
    call.end();
  });
}

function rawBody(host: LocalHost, path: string): Promise<string> {
  const { hostname, port, host: name } = new URL(host.origin);
  return new Promise((resolve, reject) => {
    let text = '';
    const line = connect(Number(port), hostname, () =>
      line.write(`GET ${path} HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`),
    );
    line.on('data', (bytes) => (text += bytes.toString('latin1')));
    line.on('end', () => resolve(text));
    line.on('error', reject);
  });
}

/** `open`, or the status with which the upgrade was refused. */
function socket(host: LocalHost, path: string, protocols: string[], options: ClientOptions): Promise<'open' | number> {
  return new Promise((resolve) => {
    const line = new WebSocket(`${host.origin.replace('http', 'ws')}${path}`, protocols, options);
    line.on('open', () => {
      line.close();
      resolve('open');
    });
    line.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      line.terminate();
    });
    line.on('error', () => resolve(0));
  });
}
