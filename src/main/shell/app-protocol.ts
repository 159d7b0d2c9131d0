import { readFile } from 'node:fs/promises';
import { protocol } from 'electron';
import { ASSET_HEADERS, contentSecurityPolicy, contentTypeOf, locateAsset } from '../static-assets';

/** The window's own origin. A scheme of our own instead of file://, so that a page can reach nothing but the built window. */
export const APP_ORIGIN = 'app://workbench';

/** To be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** Serves the built window at `APP_ORIGIN`, contained in `folder`. */
export function serveApp(folder: string): void {
  // `protocol.handle` came with Electron 25; the form before it is still there in older ones.
  if (typeof protocol.handle === 'function') {
    protocol.handle('app', async ({ url }) => {
      const { status, headers, body } = await answer(folder, url);
      return new Response(new Uint8Array(body), { status, headers });
    });
    return;
  }
  protocol.registerBufferProtocol('app', ({ url }, reply) => {
    void answer(folder, url).then(({ status, headers, body }) =>
      reply({ statusCode: status, headers, mimeType: headers['Content-Type']?.split(';')[0] ?? '', data: body }),
    );
  });
}

interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
}

async function answer(folder: string, url: string): Promise<Answer> {
  const { host, pathname } = new URL(url);
  const path = host === 'workbench' ? locateAsset(folder, pathname) : null;
  const body = path === null ? null : await readFile(path).catch(() => null);
  const headers = {
    ...ASSET_HEADERS,
    'Content-Security-Policy': contentSecurityPolicy(),
    'Content-Type': path === null || body === null ? 'text/plain; charset=utf-8' : contentTypeOf(path),
  };
  return body === null ? { status: 404, headers, body: Buffer.from('Not found') } : { status: 200, headers, body };
}
