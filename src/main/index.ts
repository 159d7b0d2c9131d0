/**
 * The Electron shell's composition root: one window, one host process. It computes nothing and never waits.
 * `--user-data DIR` (or `--user-data=DIR`) moves the person's data, for tests and for several workbenches side by side.
 */
import { join, resolve } from 'node:path';
import { app, BrowserWindow, Menu } from 'electron';
import { APP_ORIGIN, registerAppScheme, serveApp } from './shell/app-protocol';
import { readOption } from './shell/arguments';
import { HostConnection } from './shell/host-connection';
import { openMainWindow } from './shell/main-window';
import { buildMenu } from './shell/menu';
import { secureSession, secureWindows } from './shell/security';

const programFolder = import.meta.dirname;
const userData = readOption(process.argv, 'user-data');
if (userData !== null) app.setPath('userData', resolve(userData));

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  // Set by `electron-vite dev` only; the built program always loads itself.
  const developmentUrl = app.isPackaged ? undefined : process.env['ELECTRON_RENDERER_URL'];
  const origins = developmentUrl === undefined ? [APP_ORIGIN] : [developmentUrl, developmentUrl.replace(/^http/, 'ws')];
  const address = developmentUrl ?? `${APP_ORIGIN}/`;

  // Chromium refuses to run as root with its sandbox on; who passes --no-sandbox (the tests, in a container) has been warned by its name.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  registerAppScheme();
  secureWindows(origins);
  const host = new HostConnection(
    {
      programFolder,
      resourcesFolder: join(programFolder, '..', '..', 'resources'),
      dataFolder: join(app.getPath('userData'), 'workbench'),
    },
    origins,
    () => quitWithoutWindows(),
  );
  // A run that is under way goes on without a window; starting the program again brings the window back to it.
  const quitWithoutWindows = (): void => {
    if (process.platform !== 'darwin' && BrowserWindow.getAllWindows().length === 0 && !host.isWorking) app.quit();
  };
  const openWindow = (): void => void openMainWindow(programFolder, address);

  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window === undefined) return openWindow();
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('window-all-closed', quitWithoutWindows);
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow();
  });

  let hasStopped = false;
  app.on('will-quit', (event) => {
    if (hasStopped) return;
    event.preventDefault();
    void host.stop().then(() => {
      hasStopped = true;
      app.quit();
    });
  });

  void app.whenReady().then(() => {
    serveApp(join(programFolder, '..', 'renderer'));
    secureSession(origins);
    Menu.setApplicationMenu(buildMenu());
    host.start();
    openWindow();
  });
}
