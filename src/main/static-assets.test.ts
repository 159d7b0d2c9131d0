import { sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentSecurityPolicy, contentTypeOf, locateAsset } from './static-assets';

describe('locateAsset', () => {
  it('gives the page for the root and for routes, and files by name', () => {
    expect(locateAsset('/srv/app', '/')).toBe('/srv/app/index.html');
    expect(locateAsset('/srv/app', '/runs/42')).toBe('/srv/app/index.html');
    expect(locateAsset('/srv/app', '/assets/index-abc.js')).toBe('/srv/app/assets/index-abc.js');
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/a/..%5csecret.txt',
    '/..\\secret.txt',
    '//etc/passwd.txt',
    '/a%00.js',
    '/%',
    'x.js',
  ])('refuses %s', (path) => {
    expect(locateAsset('/srv/app', path)).toBeNull();
  });

  it('never leads outside the folder, whatever the path', () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '%2e', '%2E%2e', '%2f', '%5C', '\\', '/', '%00', 'a.js', '~'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const found = locateAsset('/srv/app', `/${pieces.join('')}`);
        return found === null || (found.startsWith(`/srv/app${sep}`) && !found.split(sep).includes('..'));
      }),
      { numRuns: 2000 },
    );
  });
});

it('names the type of what the window loads', () => {
  expect(contentTypeOf('a/B.JS')).toContain('javascript');
  expect(contentTypeOf('x.unknown')).toBe('application/octet-stream');
});

it('lets the page connect to the named source and nothing be loaded by default', () => {
  expect(contentSecurityPolicy('ws://127.0.0.1:4000')).toContain("connect-src 'self' ws://127.0.0.1:4000;");
  expect(contentSecurityPolicy()).toContain("default-src 'none'");
});
