import { app, session, shell, type WebContents } from 'electron';

/**
 * Holds every window to its own pages: no navigation away, no new windows, no requests but to `origins`, no permissions but two harmless ones.
 * Links to https pages open in the person's browser.
 */
export function secureWindows(origins: readonly string[]): void {
  app.on('web-contents-created', (_event, contents) => secureContents(contents, origins));
}

/** What a page may do: put text on the clipboard when a person presses a copy button, and say that a long run has ended. */
const ALLOWED: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications']);

/** To be called once the app is ready. */
export function secureSession(origins: readonly string[]): void {
  const ours = session.defaultSession;
  ours.setPermissionRequestHandler((_contents, permission, decide) => decide(ALLOWED.has(permission)));
  ours.setPermissionCheckHandler((_contents, permission) => ALLOWED.has(permission));
  ours.setDevicePermissionHandler(() => false);
  ours.webRequest.onBeforeRequest(({ url }, decide) => decide({ cancel: !isOurs(url, origins) }));
}

/** Whether a URL belongs to the window: one of the origins, or data and blobs that the page made itself. */
export function isOurs(url: string, origins: readonly string[]): boolean {
  if (/^(data|blob|devtools):/.test(url)) return true;
  return origins.some((origin) => url === origin || url.startsWith(`${origin}/`));
}

function secureContents(contents: WebContents, origins: readonly string[]): void {
  const stay = (event: Electron.Event, url: string): void => {
    if (!isOurs(url, origins) || /^(data|blob):/.test(url)) event.preventDefault();
  };
  contents.on('will-navigate', (event, url) => stay(event, url));
  contents.on('will-redirect', (event, url) => stay(event, url));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (url.startsWith('https://')) void shell.openExternal(url);
    return { action: 'deny' };
  });
}
