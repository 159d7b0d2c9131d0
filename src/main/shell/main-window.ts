import { join } from 'node:path';
import { BrowserWindow, nativeTheme } from 'electron';

/**
 * Opens the workbench's window; it shows itself when there is something to see.
 * @param programFolder out/main, beside out/preload
 * @param address what to load
 */
export function openMainWindow(programFolder: string, address: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1360,
    height: 900,
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
  window.once('ready-to-show', () => window.show());
  // A crashed page loses nothing: the run goes on in its own process, and the page rebuilds itself from the store.
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') window.webContents.reload();
  });
  void window.loadURL(address);
  return window;
}
