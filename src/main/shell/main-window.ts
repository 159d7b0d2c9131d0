import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme, screen } from 'electron';
import { fitPlace, readPlace, writePlace } from './window-place';

/**
 * Opens the workbench's window where it was closed last; it shows itself when there is something to see.
 * @param programFolder out/main, beside out/preload
 * @param address what to load
 */
export function openMainWindow(programFolder: string, address: string): BrowserWindow {
  const place = findPlace();
  const window = new BrowserWindow({
    width: place?.width ?? 1360,
    height: place?.height ?? 900,
    ...(place && { x: place.x, y: place.y }),
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'RFTT Workbench',
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#17191c' : '#ffffff',
    webPreferences: {
      preload: join(programFolder, '..', 'preload', 'index.cjs'),
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => {
    if (place?.isMaximized) window.maximize();
    window.show();
  });
  window.on('close', () =>
    writePlace(app.getPath('userData'), { ...window.getNormalBounds(), isMaximized: window.isMaximized() }),
  );
  // A crashed page loses nothing: the run goes on in its own process, and the page rebuilds itself from the store.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.webContents.reload();
  });
  void window.loadURL(address);
  return window;
}

/** Where the window was closed last, if that is still on a screen. */
function findPlace() {
  const kept = readPlace(app.getPath('userData'));
  return (
    kept &&
    fitPlace(
      kept,
      screen.getAllDisplays().map(({ workArea }) => workArea),
    )
  );
}
