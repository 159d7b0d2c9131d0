import type { Page } from '@playwright/test';
import type { Measurement } from '../row';
import { percentile, smoothness } from './frame-figures';
import { PROJECT, seedTree, TREE } from './seed-tree';
import type { UiCase } from './ui-case';

const NODES = 10_000;
const ROUNDS = 5;
const SWEEPS = 3;
/** A press of a key is felt as prompt up to here, ms. */
const PROMPT_MS = 100;

/** The tree viewer with 10,000 nodes: panning near and far, zooming, walking with folds, unfolding everything, replaying the walks. */
export const treeCase: UiCase = {
  seed: (db) => seedTree(db, NODES),
  async measure({ page, open, frames }, log): Promise<Measurement[]> {
    const begin = performance.now();
    await open(`#/p/${PROJECT}/trees/${TREE}`);
    const canvas = page.getByRole('application', { name: /^Search tree/ });
    await canvas.waitFor();
    const opened = performance.now() - begin;
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    const rounds = async (label: string, work: () => Promise<void>): Promise<(readonly number[])[]> => {
      const measured: (readonly number[])[] = [];
      for (let round = 0; round < ROUNDS; round++) measured.push(await frames(label, work));
      return measured;
    };

    await button('Unfold all').click();
    const near = await rounds('panning, words readable', () => pan(page));
    await button('Fit').click();
    const far = await rounds('panning, the whole tree', () => pan(page));
    const zoom = await rounds('zooming', () => zoomInAndOut(page));
    await button('Fold to depth 2').click();
    await canvas.focus();
    const walking = await rounds('walking, folding and unfolding', () => walkAndFold(page));
    const unfolding: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await button('Fold to depth 2').click();
      const times = await frames('unfolding everything', async () => {
        await button('Unfold all').click();
        await page.waitForTimeout(300);
      });
      unfolding.push(Math.max(...times));
    }
    const slider = page.getByRole('slider', { name: 'Replay the walks' });
    const replay = await rounds('replaying the walks', async () => {
      await slider.focus();
      for (let step = 0; step < 60; step++) await page.keyboard.press('ArrowLeft');
    });
    log(`the page was there after ${opened.toFixed(0)} ms`);
    const name = `tree of ${NODES.toLocaleString('en')} nodes`;
    return [
      ...smoothness(`${name}, panning`, near),
      ...smoothness(`${name}, panning it whole`, far),
      ...smoothness(`${name}, zooming`, zoom),
      ...smoothness(`${name}, walking and folding`, walking),
      {
        case: `${name}, replaying, 95 of 100 frames within`,
        unit: 'ms',
        samples: replay.map((times) => percentile(times, 0.95)),
        goal: 34,
        better: 'lower',
      },
      {
        case: `${name}, longest frame when unfolding everything`,
        unit: 'ms',
        samples: unfolding,
        goal: PROMPT_MS,
        better: 'lower',
      },
    ];
  },
};

/** Drags the drawing around as a hand does; the moves come from outside the page, faster than it paints. */
async function pan(page: Page): Promise<void> {
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    await page.mouse.move(900, 600);
    await page.mouse.down();
    await page.mouse.move(500, 300, { steps: 60 });
    await page.mouse.move(900, 600, { steps: 60 });
    await page.mouse.up();
  }
}

async function zoomInAndOut(page: Page): Promise<void> {
  await page.mouse.move(700, 500);
  const before = await zoomOf(page);
  for (const direction of [-1, 1]) {
    for (let step = 0; step < 80; step++) await page.mouse.wheel(0, direction * 20);
    if (direction === -1 && (await zoomOf(page)) === before) throw new Error('The wheel did not zoom.');
  }
}

function zoomOf(page: Page): Promise<string | null> {
  return page.locator('canvas[data-zoom]').getAttribute('data-zoom');
}

/** Down the tree from its beginning; every step is folded and unfolded again. */
async function walkAndFold(page: Page): Promise<void> {
  const said = page.locator('#tree-selected');
  await page.keyboard.press('Home');
  const before = await said.textContent();
  for (let step = 0; step < 60; step++) {
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
  }
  if ((await said.textContent()) === before) throw new Error('The keys did not walk.');
}
