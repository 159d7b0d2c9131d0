import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  test as base,
  chromium,
  type Browser,
  type ElectronApplication,
  type Page,
  type TestInfo,
} from '@playwright/test';
import { findChromium } from '../scripts/ground/places.mjs';
import { electronBinary, launchElectron } from './electron-app';
import { LocalHost, projectRoot } from './local-host';

export { expect } from '@playwright/test';

export type ShellKind = 'browser' | 'electron';
export interface ShellOptions {
  shell: ShellKind;
}

/** One open workbench of a test's own, whichever shell carries it. */
export interface Workbench {
  readonly page: Page;
  readonly shell: ShellKind;
  /** The program that carries the window; null in a browser. */
  readonly electron: ElectronApplication | null;
  /** The test's own folder; it holds everything this workbench knows. */
  readonly userData: string;
  /** Closes the workbench as a person does and opens it again on the same data, after `meanwhile`. Gives the new page. */
  reopen(meanwhile?: () => void): Promise<Page>;
  /** A picture of the window, attached to the report and kept as test-results/screens/<shell>-<name>.png. */
  screenshot(name: string): Promise<void>;
  /** Names a problem that this test brings about itself, so that it does not fail on it. */
  tolerate(pattern: RegExp): void;
}

interface OpenShell {
  readonly page: Page;
  readonly electron: ElectronApplication | null;
  close(): Promise<void>;
}

/** Problems a page reports while it is driven; a test ends with none. */
const IGNORED_CONSOLE = [/Autofill\./, /Electron Security Warning/];

interface Fixtures extends ShellOptions {
  workbench: Workbench;
  userData: string;
}

export const test = base.extend<Fixtures, { chromiumBrowser: Browser | null }>({
  shell: ['browser', { option: true }],

  chromiumBrowser: [
    async ({}, use) => {
      const executablePath = findChromium();
      if (executablePath === null && process.env['REQUIRE_CHROMIUM'])
        throw new Error('REQUIRE_CHROMIUM is set and there is no Chromium here.');
      const browser =
        executablePath === null
          ? null
          : await chromium.launch({
              executablePath,
              chromiumSandbox: process.getuid?.() !== 0,
              args: CHROMIUM_ARGUMENTS,
            });
      await use(browser);
      await browser?.close();
    },
    { scope: 'worker' },
  ],

  userData: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'workbench-e2e-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  },

  workbench: async ({ shell, chromiumBrowser, userData }, use, info) => {
    const open = opener(shell, chromiumBrowser, userData);
    test.skip(
      open === null,
      shell === 'electron' ? 'ELECTRON NOT TESTED: no binary' : 'BROWSER NOT TESTED: no Chromium',
    );
    if (open === null) return;
    const problems: string[] = [];
    const tolerated: RegExp[] = [...IGNORED_CONSOLE];
    let current = await open();
    watch(current.page, problems);
    await use({
      shell,
      userData,
      get page() {
        return current.page;
      },
      get electron() {
        return current.electron;
      },
      async reopen(meanwhile) {
        await current.close();
        meanwhile?.();
        current = await open();
        watch(current.page, problems);
        return current.page;
      },
      tolerate: (pattern) => void tolerated.push(pattern),
      screenshot: (name) => screenshot(current.page, `${shell}-${name}`, info),
    });
    await current.close();
    const unexpected = problems.filter((text) => !tolerated.some((pattern) => pattern.test(text)));
    if (unexpected.length > 0) throw new Error(`The page reported problems:\n${unexpected.join('\n')}`);
  },
});

const CHROMIUM_ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function opener(shell: ShellKind, browser: Browser | null, userData: string): (() => Promise<OpenShell>) | null {
  if (shell === 'browser') return browser === null ? null : () => openInBrowser(browser, userData);
  const binary = electronBinary();
  return binary === null ? null : () => openInElectron(binary, userData);
}

async function openInBrowser(browser: Browser, userData: string): Promise<OpenShell> {
  const host = await LocalHost.start(userData);
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  await page.goto(host.address);
  return {
    page,
    electron: null,
    async close() {
      await context.close();
      await host.stop();
    },
  };
}

async function openInElectron(binary: string, userData: string): Promise<OpenShell> {
  const app: ElectronApplication = await launchElectron(binary, userData);
  const page = await app.firstWindow();
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.setContentSize(1440, 900));
  return { page, electron: app, close: () => app.close() };
}

function watch(page: Page, problems: string[]): void {
  page.on('pageerror', (error) => problems.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
}

async function screenshot(page: Page, name: string, info: TestInfo): Promise<void> {
  const folder = join(projectRoot, 'test-results/screens');
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  const body = await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  await info.attach(name, { body, contentType: 'image/png' });
}
