import type { Page } from '@playwright/test';
import type { Measurement } from '../row';
import { smoothness } from './frame-figures';
import { DATASET, PROJECT, RARE_EVERY, seedExamples } from './seed-examples';
import type { UiCase } from './ui-case';

const EXAMPLES = 100_000;
const ROUNDS = 5;
/** Goals of the review: a data set is open, a filter or a search is answered. */
const OPEN_MS = 1000;
const FILTER_MS = 200;
/** A decision is felt as prompt up to here. */
const PROMPT_MS = 100;

/** The review of 100,000 examples: opening it, filtering, full-text search, scrolling through it, deciding. */
export const reviewCase: UiCase = {
  seed: (db) => seedExamples(db, EXAMPLES),
  async measure({ page, open, frames }, log): Promise<Measurement[]> {
    const opened: number[] = [];
    const filtered: number[] = [];
    const searched: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      // A window that has nothing in hand yet: what it has asked once it shows at once.
      await page.reload();
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      await open(`#/p/${PROJECT}/examples`);
      opened.push(await untilShown(page, `location.hash = '#/p/${PROJECT}/examples/${DATASET}'`, EXAMPLES));
      filtered.push(await untilShown(page, pressCounter(1), Math.ceil(EXAMPLES / 6)));
      await untilShown(page, pressCounter(0), EXAMPLES);
      searched.push(await untilShown(page, write('observatory'), EXAMPLES / RARE_EVERY));
      await untilShown(page, write(''), EXAMPLES);
    }
    const list = page.getByRole('listbox');
    const scrolling: (readonly number[])[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      scrolling.push(
        await frames('scrolling', async () => {
          await list.hover();
          for (let step = 0; step < 120; step++) await page.mouse.wheel(0, step < 60 ? 400 : -400);
        }),
      );
    }
    const deciding: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const times = await frames('deciding', async () => {
        for (let step = 0; step < 20; step++) await page.keyboard.press('a');
        await page.waitForTimeout(300);
      });
      deciding.push(Math.max(...times));
    }
    const figures = (times: readonly number[]) => times.map((time) => time.toFixed(0)).join(' ');
    log(`opening ${figures(opened)}; filters ${figures(filtered)}; searches ${figures(searched)} ms`);
    const name = `review of ${EXAMPLES.toLocaleString('en')} examples`;
    return [
      { case: `${name}, opening`, unit: 'ms', samples: opened, goal: OPEN_MS, better: 'lower' },
      { case: `${name}, a filter`, unit: 'ms', samples: filtered, goal: FILTER_MS, better: 'lower' },
      { case: `${name}, full-text search`, unit: 'ms', samples: searched, goal: FILTER_MS, better: 'lower' },
      ...smoothness(`${name}, scrolling`, scrolling),
      {
        case: `${name}, longest frame while deciding`,
        unit: 'ms',
        samples: deciding,
        goal: PROMPT_MS,
        better: 'lower',
      },
    ];
  },
};

/** Milliseconds from an act in the page until the list shows so many examples, with the frame in which it does. */
function untilShown(page: Page, act: string, count: number): Promise<number> {
  return page.evaluate(`new Promise((resolve, reject) => {
    const begin = performance.now();
    ${act};
    const look = () => {
      const row = document.querySelector('[role="option"][aria-setsize="${count}"]:not(:has(.review-row-empty))');
      if (row) return resolve(performance.now() - begin);
      if (performance.now() - begin > 20000) return reject(new Error('Never showed ${count} examples.'));
      requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  })`) as Promise<number>;
}

/** Presses one of the counters that are filters. */
function pressCounter(at: number): string {
  return `document.querySelectorAll('.review-counter button')[${at}].click()`;
}

/** Writes into the search as a hand does: the value, then the event that React hears. */
function write(text: string): string {
  return `{
    const input = document.querySelector('.review-filters input[type="search"]');
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${JSON.stringify(text)});
    input.dispatchEvent(new Event('input', { bubbles: true }));
  }`;
}
