import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../fixtures';
import { projectRoot } from '../local-host';
import { StartPage } from '../pages/start.page';

/** Made by `npm run make-demo-project`; it ships with the program. */
const HAS_DEMO = existsSync(join(projectRoot, 'resources/demo/project.rftt'));
const NO_DEMO = 'DEMO PROJECT NOT TESTED: npm run make-demo-project';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Pages of the demo project, each with something in it; `>` follows the first link to an address like that. */
const PAGES = [
  '',
  'model',
  'model/import',
  'tokens',
  'trees',
  'trees > /trees/(?!new|growing)',
  'examples',
  'examples > /examples/(?!new|import)',
  'examples/import',
  'fine-tune',
  'fine-tune > /runs/',
  'judge',
  'explore',
  'explore > /runs/',
  'compare',
  'export',
  'playground',
  'runs',
  'questions',
  'questions > /questions/(?!import)',
  'questions/import',
  'explore/new',
  'fine-tune/new',
];

/** Goes on with Tab until an element with this role and name has the focus. */
async function tabTo(page: Page, role: 'button' | 'link' | 'radio', name: string): Promise<void> {
  const wanted = page.getByRole(role, { name, exact: true }).first();
  for (let presses = 0; presses < 120; presses += 1) {
    if (
      await wanted.evaluate((element) => element === document.activeElement, null, { timeout: 2000 }).catch(() => false)
    )
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reached the ${role} "${name}".`);
}

/** Opens the first link of the page to an address like this. */
async function follow(page: Page, address: RegExp): Promise<void> {
  const links = page.getByRole('main').locator('a[href^="#/p/"]');
  await expect(async () => {
    const hrefs = await links.evaluateAll((all) => all.map((one) => one.getAttribute('href') ?? ''));
    const wanted = hrefs.find((each) => address.test(each.split('?')[0] ?? ''));
    expect(wanted).toBeDefined();
    await page.evaluate((hash) => (location.hash = hash), wanted ?? '');
  }).toPass();
}

for (const theme of ['light', 'dark'] as const) {
  test(`the demo project opens with everything in it, free of accessibility faults, ${theme} @browser`, async ({
    workbench,
  }) => {
    test.skip(!HAS_DEMO, NO_DEMO);
    test.setTimeout(600_000);
    const { page } = workbench;
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const start = await StartPage.opened(page);
    await start.main.getByRole('button', { name: 'Open the demo project' }).click();
    await expect(start.heading).toHaveText('Demo: a small model learns to reason');
    await expect(start.main.getByRole('heading', { name: 'About this demo' })).toBeVisible();
    const [, project = ''] = /#\/p\/([^/]+)/.exec(page.url()) ?? [];
    const found: string[] = [];
    for (const path of PAGES) {
      const [address = '', link] = path.split(' > ');
      await page.evaluate((hash) => (location.hash = hash), `#/p/${project}/${address}`);
      if (link) await follow(page, new RegExp(link));
      await expect(start.heading).toBeVisible();
      await expect(page.getByRole('status', { name: 'Loading' })).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      found.push(
        ...violations.map(
          ({ id, nodes }) => `${path}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
        ),
      );
    }
    expect(found).toEqual([]);
  });
}

test('what was shipped can be worked on: its checkpoint answers, its trees make a reward visible @browser', async ({
  workbench,
}) => {
  test.skip(!HAS_DEMO, NO_DEMO);
  const { page } = workbench;
  const start = await StartPage.opened(page);
  await start.main.getByRole('button', { name: 'Open the demo project' }).click();
  await expect(start.main.getByRole('link', { name: 'Export', exact: true }).first()).toBeVisible();
  const [, project = ''] = /#\/p\/([^/]+)/.exec(page.url()) ?? [];
  await page.evaluate((hash) => (location.hash = hash), `#/p/${project}/explore/new`);
  await start.main.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Settings' }).click();
  await start.main.locator('summary', { hasText: 'Try the reward on stored paths' }).click();
  const trial = start.main.getByRole('table', { name: 'Try the reward on stored paths' });
  await expect(trial).toBeVisible();
  const shaped = await trial.innerText();
  // As published, every step is paid for how promising it looks: the same paths earn otherwise.
  const paper = start.main.getByRole('radio', { name: /^As in the paper/ });
  await paper.click();
  await expect(paper).toBeChecked();
  await expect(trial).not.toHaveText(shaped, { useInnerText: true });

  await page.evaluate((hash) => (location.hash = hash), `#/p/${project}/export/new`);
  await start.main.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name: 'Check and start' }).click();
  await start.main.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(start.heading).toContainText('finished', { timeout: 60_000 });
});

test('the first steps can be walked without a mouse @browser', async ({ workbench }) => {
  test.setTimeout(120_000);
  const { page } = workbench;
  const start = await StartPage.opened(page);
  await tabTo(page, 'button', 'New project');
  await page.keyboard.press('Enter');
  await page.keyboard.type(' by keyboard');
  await page.keyboard.press('Enter');
  await expect(start.heading).toHaveText('Model');

  // By its name in the palette, then by Tab through the wizard.
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox')).toBeFocused();
  await page.keyboard.type('add the tokens');
  await page.keyboard.press('Enter');
  await expect(start.heading).toHaveText('Add the tokens');
  for (const step of ['Tokens', 'Settings', 'Check and start']) {
    await tabTo(page, 'button', 'Next');
    await page.keyboard.press('Enter');
    await expect(page.locator('[aria-current="step"]')).toContainText(step);
  }
  await tabTo(page, 'button', 'Add the tokens');
  await page.keyboard.press('Enter');
  await expect(start.heading).toContainText('finished', { timeout: 60_000 });

  // Two keys in a row go to a page, one shows all of them, and the focus comes back.
  await page.locator('body').press('g');
  await page.keyboard.press('n');
  await expect(start.heading).toHaveText('Trees');
  await page.keyboard.press('?');
  const keys = page.getByRole('dialog', { name: 'Keys' });
  await expect(keys.getByText('Go to Trees')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(keys).toBeHidden();
});

test('another language is one choice away, and the choice stays @browser', async ({ workbench }) => {
  const { page } = workbench;
  const start = await StartPage.opened(page);
  await start.openBeside('Settings');
  await start.main.getByLabel('Language').selectOption('de');
  await expect(start.heading).toHaveText('Einstellungen');
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  const again = await workbench.reopen();
  await expect(again.getByRole('main').getByRole('heading', { level: 1 })).toHaveText('Start');
  await expect(again.getByRole('button', { name: 'Neues Projekt' })).toBeVisible();
});

test('two windows on one draft never overwrite each other unseen @browser', async ({ workbench }) => {
  const { page } = workbench;
  const start = await StartPage.opened(page);
  await start.createProject('Two windows', 'embedded');
  const [, project = ''] = /#\/p\/([^/]+)/.exec(page.url()) ?? [];
  const other = await page.context().newPage();
  // The second window comes with the first one's token.
  const token = await page.evaluate(() => sessionStorage.getItem('workbench-token'));
  await other.goto(`${new URL(page.url()).origin}/#t=${token}&/p/${project}/tokens/new`);
  await page.evaluate((hash) => (location.hash = hash), `#/p/${project}/tokens/new`);
  // The step belongs to the draft: the other window follows to it.
  await page.getByRole('button', { name: 'Check and start' }).click();
  const [here, there] = [page.getByLabel('Name of the run'), other.getByLabel('Name of the run')];
  await expect(there).toBeVisible();
  await here.fill('from here');
  // The other window follows what was saved.
  await expect(there).toHaveValue('from here');
  // Both change it before either has heard of the other: one is asked, nothing is lost. On a busy machine they may miss each other at first.
  const asked = 'Another window changed this draft';
  let round = 0;
  await expect(async () => {
    round += 1;
    await Promise.all([here.fill(`mine ${round}`), there.fill(`theirs ${round}`)]);
    await page.waitForTimeout(1500);
    expect((await page.getByText(asked).count()) + (await other.getByText(asked).count())).toBeGreaterThan(0);
  }).toPass({ timeout: 30_000 });
  const loser = (await page.getByText(asked).count()) > 0 ? page : other;
  const lost = await loser.getByLabel('Name of the run').inputValue();
  await loser.getByRole('button', { name: 'Keep this one' }).click();
  await expect(loser.getByText(asked)).toBeHidden();
  for (const window of [page, other]) await expect(window.getByLabel('Name of the run')).toHaveValue(lost);
});
