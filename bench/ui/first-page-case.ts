import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Measurement } from '../row';
import { demoProject, openDemoArchive } from './seed-demo';
import type { UiCase } from './ui-case';

/** Compressed script that the first page may take, bytes. */
const FIRST_PAGE_BYTES = 400_000;
/** A press is felt as prompt up to here, ms. */
const PROMPT_MS = 100;
const ROUNDS = 3;

/** Pages of a finished project that a person goes between. */
const PAGES = ['', '/model', '/tokens', '/trees', '/examples', '/fine-tune', '/explore', '/compare', '/runs'];

/**
 * What the first page fetches, as scripts and compressed by gzip, and how long a press takes until the next frame that shows something, on the pages of
 * the demo project while both cores count.
 */
export const firstPageCase: UiCase = {
  seed: openDemoArchive,
  async measure({ page, rendererFolder, open }, log): Promise<Measurement[]> {
    const scripts = new Set<string>();
    page.on('request', (request) => {
      if (request.resourceType() === 'script') scripts.add(new URL(request.url()).pathname);
    });
    await page.reload();
    await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
    await page.waitForLoadState('networkidle');
    const bytes = [...scripts].reduce(
      (sum, path) => sum + gzipSync(readFileSync(join(rendererFolder, path))).length,
      0,
    );
    log(`${scripts.size} scripts, ${bytes} bytes compressed`);

    const delays: number[] = [];
    const stopCounting = keepCoresBusy();
    try {
      for (let round = 0; round < ROUNDS; round++) {
        for (const path of PAGES) {
          await open(`#/p/${demoProject()}${path}`);
          delays.push(await longestDelay(page, () => page.keyboard.press('Control+k')));
          await page.getByRole('dialog').getByRole('combobox').waitFor();
          delays.push(await longestDelay(page, () => page.keyboard.type('trees')));
          await page.keyboard.press('Escape');
          const links = page.getByRole('navigation', { name: 'The road' }).getByRole('link');
          delays.push(await longestDelay(page, () => links.nth(3).click()));
        }
      }
    } finally {
      stopCounting();
    }
    log(`delays of ${delays.length} presses, ms: ${delays.map((delay) => delay.toFixed(0)).join(' ')}`);
    return [
      {
        case: 'first page, compressed script',
        unit: 'kB',
        samples: [bytes / 1000],
        goal: FIRST_PAGE_BYTES / 1000,
        better: 'lower',
      },
      {
        case: 'press to next paint on the demo’s pages, both cores busy, longest',
        unit: 'ms',
        samples: [Math.max(...delays)],
        goal: PROMPT_MS,
        better: 'lower',
      },
    ];
  },
};

/** The longest time from an input to the frame after it, by the browser's own event timing; 0 where every event took less than 16 ms. */
async function longestDelay(page: Parameters<UiCase['measure']>[0]['page'], act: () => Promise<void>): Promise<number> {
  await page.evaluate(`
    window.delays = [];
    window.delayObserver = new PerformanceObserver((list) => window.delays.push(...list.getEntries().map((entry) => entry.duration)));
    window.delayObserver.observe({ type: 'event', durationThreshold: 16 });
  `);
  await act();
  // Event timing is reported with the frame after the one that was painted.
  await page.waitForTimeout(300);
  return (await page.evaluate('window.delayObserver.disconnect(), Math.max(0, ...window.delays)')) as number;
}

/** Two programs that count, as a training job would keep two cores busy. Gives the way to end them. */
function keepCoresBusy(): () => void {
  const children = [0, 1].map(() => spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }));
  return () => children.forEach((child) => child.kill('SIGKILL'));
}
