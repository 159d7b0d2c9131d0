/**
 * Holds the built Electron shell to its rules without Electron: `electron` is replaced by a small recorder, out/main/index.cjs is loaded, and what
 * it set up is looked at. Covers what no other test can see where only an old Electron runs: the forms for new ones.
 *
 * Prints one line per check; with a path as argument also writes `{passed, failed, skipped}` there.
 */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { join } from 'node:path';
import { projectRoot } from './ground/pinned-node.mjs';

const electron = fakeElectron();
globalThis.fakeElectron = electron;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron'
      ? { url: 'fake:electron', shortCircuit: true, format: 'commonjs' }
      : next(specifier, context),
  load: (url, context, next) =>
    url === 'fake:electron'
      ? { format: 'commonjs', source: 'module.exports = globalThis.fakeElectron', shortCircuit: true }
      : next(url, context),
});
process.argv.push('--user-data', '/tmp/shell-check');
createRequire(import.meta.url)(join(projectRoot, 'out/main/index.cjs'));
await electron.settled();

const [window] = electron.windows;
const [host] = electron.hosts;

const CHECKS = {
  'sandboxes every renderer': () => assert.ok(electron.calls.includes('enableSandbox')),
  'keeps the page away from Node': () => {
    const { contextIsolation, sandbox, nodeIntegration, webviewTag } = window.options.webPreferences;
    assert.deepEqual(
      { contextIsolation, sandbox, nodeIntegration, webviewTag },
      { contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false },
    );
  },
  'loads the window from its own scheme': () => assert.equal(window.address, 'app://workbench/'),
  'serves files with a policy that forbids everything foreign': async () => {
    const answer = await electron.handlers.app({ url: 'app://workbench/' });
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-security-policy'), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
  },
  'serves nothing outside the window folder': async () => {
    for (const path of ['..%2f..%2fpackage.json', '%2e%2e/main/index.cjs', 'missing.js']) {
      assert.equal((await electron.handlers.app({ url: `app://workbench/${path}` })).status, 404, path);
    }
    assert.equal((await electron.handlers.app({ url: 'app://elsewhere/index.html' })).status, 404);
  },
  'denies every permission but to copy text and to tell of a run that ended': () => {
    for (const [permission, granted] of Object.entries({
      media: false,
      geolocation: false,
      'clipboard-read': false,
      'clipboard-sanitized-write': true,
      notifications: true,
    })) {
      let decision = null;
      electron.session.permissionRequest(null, permission, (answer) => (decision = answer));
      assert.equal(decision, granted, permission);
      assert.equal(electron.session.permissionCheck(null, permission), granted, permission);
    }
    assert.equal(electron.session.devicePermission(), false);
  },
  'cancels requests to anywhere else': () => {
    const isCancelled = (url) => {
      let answer;
      electron.session.beforeRequest({ url }, (decision) => (answer = decision.cancel));
      return answer;
    };
    assert.equal(isCancelled('https://example.org/'), true);
    assert.equal(isCancelled('file:///etc/passwd'), true);
    assert.equal(isCancelled('app://workbench.evil/'), true);
    assert.equal(isCancelled('app://workbench/assets/a.js'), false);
  },
  'stays on its own page': () => {
    const event = { prevented: false, preventDefault: () => (event.prevented = true) };
    window.webContents.emit('will-navigate', event, 'https://example.org/');
    assert.equal(event.prevented, true);
  },
  'opens https links in the browser and nothing in a window': () => {
    assert.deepEqual(window.webContents.openHandler({ url: 'https://example.org/a' }), { action: 'deny' });
    assert.deepEqual(window.webContents.openHandler({ url: 'file:///etc/passwd' }), { action: 'deny' });
    assert.deepEqual(electron.opened, ['https://example.org/a']);
  },
  'starts the host as a utility process with the data and resources folders': () => {
    assert.match(host.path, /out\/main\/host\.cjs$/);
    assert.deepEqual(host.arguments.slice(0, 3), ['--data', join('/tmp/shell-check', 'workbench'), '--resources']);
  },
  'gives a port to the page itself': () => {
    electron.ipcMain.emit('workbench:port-wanted', {
      sender: window.webContents,
      senderFrame: window.webContents.mainFrame,
    });
    assert.equal(host.messages.at(-1).type, 'windowOpened');
    assert.equal(host.ports.length, 1);
    assert.equal(window.webContents.sent.at(-1).channel, 'workbench:port');
  },
  'gives none to a frame inside it, nor to a foreign page': () => {
    electron.ipcMain.emit('workbench:port-wanted', { sender: window.webContents, senderFrame: {} });
    const foreign = Object.assign(Object.create(window.webContents), { getURL: () => 'https://example.org/' });
    electron.ipcMain.emit('workbench:port-wanted', { sender: foreign, senderFrame: foreign.mainFrame });
    assert.equal(host.ports.length, 1);
  },
  'forks an engine for a host that cannot, and hands its port over': () => {
    host.emit('message', { type: 'spawnEngine', engine: 7 });
    const engine = electron.hosts.at(-1);
    assert.match(engine.path, /engine\.cjs$/);
    engine.emit('spawn');
    assert.deepEqual(host.messages.at(-1), { type: 'engineSpawned', engine: 7 });
    engine.emit('exit', 9);
    assert.deepEqual(host.messages.at(-1), { type: 'engineExited', engine: 7, code: 9 });
  },
  'tells the page when the host is gone, and starts it anew when asked': () => {
    host.emit('exit', 1);
    assert.equal(window.webContents.sent.at(-1).channel, 'workbench:failed');
    const before = electron.hosts.length;
    electron.ipcMain.emit('workbench:port-wanted', {
      sender: window.webContents,
      senderFrame: window.webContents.mainFrame,
    });
    assert.equal(electron.hosts.length, before + 1);
  },
  'asks the host to save before quitting': () => {
    const event = { prevented: false, preventDefault: () => (event.prevented = true) };
    electron.app.emit('will-quit', event);
    assert.equal(event.prevented, true);
    assert.deepEqual(electron.hosts.at(-1).messages.at(-1), { type: 'shutdown' });
  },
};

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const [name, verify] of Object.entries(CHECKS)) {
  try {
    await verify();
    counts.passed += 1;
    process.stdout.write(`ok   the shell ${name}\n`);
  } catch (error) {
    counts.failed += 1;
    process.stdout.write(`FAIL the shell ${name}\n     ${error instanceof Error ? error.message : error}\n`);
  }
}
if (process.argv[2] !== undefined && process.argv[2].endsWith('.json'))
  writeFileSync(process.argv[2], JSON.stringify(counts));
process.exit(counts.failed > 0 ? 1 : 0);

/** As much of Electron as the shell touches, recording what it is told. */
function fakeElectron() {
  const record = { calls: [], windows: [], hosts: [], handlers: {}, opened: [], session: {} };
  const app = Object.assign(new EventEmitter(), {
    isPackaged: true,
    commandLine: { hasSwitch: () => false },
    requestSingleInstanceLock: () => true,
    enableSandbox: () => record.calls.push('enableSandbox'),
    setPath: (_name, path) => (record.userData = path),
    getPath: () => record.userData,
    whenReady: () => Promise.resolve(),
    quit: () => undefined,
  });
  class BrowserWindow extends EventEmitter {
    static getAllWindows = () => record.windows;
    static fromWebContents = (contents) => record.windows.find((one) => one.webContents.id === contents.id) ?? null;
    constructor(options) {
      super();
      this.options = options;
      this.webContents = Object.assign(new EventEmitter(), {
        id: record.windows.length + 1,
        mainFrame: {},
        sent: [],
        getURL: () => this.address,
        setWindowOpenHandler: (handler) => (this.webContents.openHandler = handler),
        send: (channel, data) => this.webContents.sent.push({ channel, data }),
        postMessage: (channel, data, ports) => this.webContents.sent.push({ channel, data, ports }),
      });
      record.windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }
    loadURL(address) {
      this.address = address;
      return Promise.resolve();
    }
  }
  class MessageChannelMain {
    port1 = new EventEmitter();
    port2 = new EventEmitter();
  }
  const fork = (path, arguments_) => {
    const child = Object.assign(new EventEmitter(), {
      path,
      arguments: arguments_,
      messages: [],
      ports: [],
      postMessage(message, ports = []) {
        child.messages.push(message);
        if (message.type === 'windowOpened') child.ports.push(...ports);
      },
      kill: () => true,
    });
    record.hosts.push(child);
    return child;
  };
  return Object.assign(record, {
    app,
    BrowserWindow,
    MessageChannelMain,
    ipcMain: new EventEmitter(),
    utilityProcess: { fork },
    nativeTheme: { shouldUseDarkColors: false },
    Menu: { buildFromTemplate: (template) => template, setApplicationMenu: () => undefined },
    protocol: {
      registerSchemesAsPrivileged: () => undefined,
      handle: (scheme, handler) => (record.handlers[scheme] = handler),
    },
    session: Object.assign(record.session, {
      defaultSession: {
        setPermissionRequestHandler: (handler) => (record.session.permissionRequest = handler),
        setPermissionCheckHandler: (handler) => (record.session.permissionCheck = handler),
        setDevicePermissionHandler: (handler) => (record.session.devicePermission = handler),
        webRequest: { onBeforeRequest: (handler) => (record.session.beforeRequest = handler) },
      },
    }),
    shell: { openExternal: (url) => Promise.resolve(record.opened.push(url)), showItemInFolder: () => undefined },
    settled: () => new Promise((resolve) => setImmediate(resolve)),
  });
}
