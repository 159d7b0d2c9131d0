import { extname, join, normalize, sep } from 'node:path';

/** The built window as files: where a path may lead, what it is, and the headers it goes out with. Shared by both shells. */

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
  '.txt': 'text/plain; charset=utf-8',
};

/**
 * Content-Security-Policy of the window. Nothing is loaded from elsewhere.
 * @param connect further sources for connections, e.g. the WebSocket address of the local host
 */
export function contentSecurityPolicy(connect = ''): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    // Typeset mathematics and virtual lists place things with style attributes; style elements and foreign sheets stay forbidden.
    "style-src 'self'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${connect === '' ? '' : ` ${connect}`}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** Headers of every answer besides its type and policy. */
export const ASSET_HEADERS: Readonly<Record<string, string>> = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

/** The type sent for a file name; unknown endings are bytes. */
export function contentTypeOf(path: string): string {
  return CONTENT_TYPES[extname(path).toLowerCase()] ?? 'application/octet-stream';
}

/**
 * The file that a URL path names inside `root`, or null when it would lead outside or is malformed.
 * `/` and paths without a file ending are the window's own routes and give index.html.
 *
 * @param rawPath still percent-encoded, with its leading slash, without query and fragment
 */
export function locateAsset(root: string, rawPath: string): string | null {
  // Encoded separators and NUL have no business in our file names; refusing them ends every double-decoding game.
  if (!rawPath.startsWith('/') || /%(2f|5c|00)/i.test(rawPath)) return null;
  let path: string;
  try {
    path = decodeURIComponent(rawPath);
  } catch {
    return null;
  }
  if (/[\\\0]/.test(path) || path.includes('//') || path.split('/').includes('..')) return null;
  const wanted = extname(path) === '' ? '/index.html' : path;
  const full = normalize(join(root, wanted));
  const prefix = root.endsWith(sep) ? root : root + sep;
  return full.startsWith(prefix) ? full : null;
}
