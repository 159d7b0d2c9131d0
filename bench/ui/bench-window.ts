import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium } from '@playwright/test';
import { LocalHost } from '../../e2e/local-host';
import { findChromium } from '../../scripts/ground/places.mjs';
import { openDatabase } from '../../src/main/host/store/database';
import type { BenchWindow, UiCase } from './ui-case';

const RENDERER_FOLDER = resolve('out/renderer');
const ARGUMENTS = ['--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'];

/** Opens the built program for one case, in a folder that is gone afterwards. @throws {Error} without a Chromium or a build */
export async function withBenchWindow<T>(
  { seed }: Pick<UiCase, 'seed'>,
  log: (line: string) => void,
  use: (window: BenchWindow) => Promise<T>,
): Promise<T> {
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium here; WORKBENCH_CHROMIUM names one.');
  const userData = mkdtempSync(join(tmpdir(), 'workbench-bench-'));
  try {
    const db = openDatabase(join(userData, 'workbench'), { nowMs: Date.now() });
    await seed?.(db);
    db.close();
    const host = await LocalHost.start(userData, process.cwd());
    const browser = await chromium.launch({
      executablePath,
      chromiumSandbox: process.getuid?.() !== 0,
      args: ARGUMENTS,
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      // Bundled, this file has no folder of its own: the bench runs in the project's.
      await page.addInitScript(readFileSync('bench/ui/frame-recorder.js', 'utf8'));
      await page.goto(host.address);
      // The token is read from the address once the window is up; another address before that would lose it.
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      const open = async (hash: string): Promise<void> => {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
        await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      };
      return await use({
        page,
        rendererFolder: RENDERER_FOLDER,
        open,
        async frames(label, work) {
          await page.evaluate('frameRecorder.start()');
          await work();
          // The recorder runs in the page and gives plain numbers.
          const times = (await page.evaluate('frameRecorder.stop()')) as number[];
          log(`${label}: ${times.length} frames, longest ${Math.max(...times).toFixed(1)} ms`);
          return times;
        },
      });
    } finally {
      await browser.close();
      await host.stop();
    }
  } finally {
    rmSync(userData, { recursive: true, force: true, maxRetries: 5 });
  }
}
