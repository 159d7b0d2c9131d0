import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium, type Page } from '@playwright/test';
import { LocalHost } from '../e2e/local-host';
import { findChromium } from './ground/places.mjs';
import { smallPng } from './small-png';

/**
 * Pictures of every page for docs/screens, from the demo project: `npm run build && npm run make-screens`.
 * `--data DIR` shows another data folder's first project, `--out DIR` writes elsewhere, `--all` adds every width and theme.
 */
const { values: options } = parseArgs({
  options: { data: { type: 'string' }, out: { type: 'string', default: 'docs/screens' }, all: { type: 'boolean' } },
});

/** How a window is looked at; the first is the one of the README. */
const VIEWS = [
  { name: '', width: 1440, height: 900, scheme: 'light', scale: 1 },
  { name: '-dark', width: 1440, height: 900, scheme: 'dark', scale: 1 },
  { name: '-narrow', width: 1024, height: 700, scheme: 'light', scale: 1 },
  /** 200 % zoom is a window of half the size with twice the pixels. */
  { name: '-zoomed', width: 720, height: 450, scheme: 'light', scale: 2 },
] as const;

const QUESTION = 'Eva has 26 shells. Then she buys 157 more. Then she loses 162. How many shells does Eva have now?';

type ViewName = (typeof VIEWS)[number]['name'];

/** Pages by the file's name: what follows the project in the address, then what to press to come to the page, and how else it is shown. */
const PAGES: readonly {
  readonly name: string;
  readonly path: string;
  readonly open?: RegExp;
  readonly also?: readonly ViewName[];
  /** What is done on the page before it is pictured. */
  readonly act?: (page: Page) => Promise<void>;
}[] = [
  { name: 'project', path: '', also: ['-narrow'] },
  { name: 'tokens', path: '/tokens' },
  { name: 'trees', path: '/trees' },
  { name: 'tree', path: '/trees', open: /\/trees\/(?!new|growing)[^/]+$/, also: ['-dark', '-narrow', '-zoomed'] },
  { name: 'examples', path: '/examples' },
  {
    name: 'review',
    path: '/examples',
    open: /\/examples\/(?!new|import)[^/]+$/,
    also: ['-dark', '-narrow', '-zoomed'],
  },
  { name: 'fine-tune-new', path: '/fine-tune/new', also: ['-narrow'] },
  { name: 'explore', path: '/explore' },
  { name: 'run', path: '/explore', open: /\/runs\/[^/]+$/, also: ['-dark', '-narrow', '-zoomed'] },
  { name: 'compare', path: '/compare', also: ['-dark'] },
  { name: 'export', path: '/export' },
  { name: 'playground', path: '/playground', also: ['-dark'], act: askBoth },
  { name: 'questions', path: '/questions' },
  { name: 'runs', path: '/runs' },
];

const executablePath = findChromium();
if (executablePath === null) throw new Error('There is no Chromium on this machine.');
const userData = options.data ?? mkdtempSync(join(tmpdir(), 'workbench-screens-'));
if (options.data && !existsSync(join(userData, 'workbench', 'workbench.db')))
  throw new Error(`${userData} holds no workbench/workbench.db.`);
mkdirSync(options.out, { recursive: true });
const host = await LocalHost.start(userData, process.cwd());
const browser = await chromium.launch({
  executablePath,
  chromiumSandbox: process.getuid?.() !== 0,
  args: ['--disable-background-networking', '--no-first-run'],
});
try {
  for (const view of VIEWS) {
    const context = await browser.newContext({
      viewport: { width: view.width, height: view.height },
      deviceScaleFactor: view.scale,
      colorScheme: view.scheme,
      reducedMotion: 'reduce',
      locale: 'en-GB',
    });
    const page = await context.newPage();
    await page.goto(host.address);
    await picture(page, `start${view.name}`, view.name === '' || options.all === true);
    const project = await openProject(page);
    for (const { name, path, open, also, act } of PAGES) {
      if (view.name !== '' && !also?.includes(view.name) && !options.all) continue;
      await page.goto(`${host.origin}/#/p/${project}${path}`);
      if (open && !(await follow(page, open))) continue;
      await act?.(page);
      await picture(page, `${name}${view.name}`);
    }
    await context.close();
  }
} finally {
  await browser.close();
  await host.stop();
  if (!options.data) rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
}

/** Opens the first project, or the demo project where there is none. Gives its id. */
async function openProject(page: Page): Promise<string> {
  const main = page.getByRole('main');
  const known = main.locator('a[href^="#/p/"]').first();
  const demo = main.getByRole('button', { name: /demo project/i }).first();
  await known.or(demo).first().waitFor();
  await ((await known.count()) > 0 ? known : demo).click();
  await page.waitForURL(/#\/p\/[^/]+/);
  return /#\/p\/([^/?]+)/.exec(page.url())?.[1] ?? '';
}

/** Asks two checkpoints the same question with the same seed. */
async function askBoth(page: Page): Promise<void> {
  const main = page.getByRole('main');
  await main.getByRole('textbox', { name: 'Question', exact: true }).fill(QUESTION);
  await main.getByLabel('Right answer, if you know it').fill('21');
  const beside = main.getByRole('button', { name: 'Beside another model' });
  if (await beside.isVisible()) await beside.click();
  await main.getByRole('button', { name: 'Ask', exact: true }).click();
  await main
    .getByText(/tokens in .* s/)
    .nth(1)
    .waitFor({ timeout: 120_000 });
}

/** Follows the first link to an address like this. */
async function follow(page: Page, address: RegExp): Promise<boolean> {
  await page.waitForLoadState('networkidle');
  const links = page.getByRole('main').locator('a[href^="#/p/"]');
  await links.first().waitFor();
  const hrefs = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
  const wanted = hrefs.find((each) => address.test(each.split('?')[0] ?? ''));
  if (wanted === undefined) return false;
  await page.goto(`${host.origin}/${wanted}`);
  return true;
}

async function picture(page: Page, name: string, isKept = true): Promise<void> {
  if (!isKept) return;
  await page.waitForLoadState('networkidle');
  // Charts and trees are painted a moment after their data are there.
  await page.waitForTimeout(1200);
  writeFileSync(join(options.out, `${name}.png`), smallPng(await page.screenshot()));
  process.stdout.write(`${name}\n`);
}
