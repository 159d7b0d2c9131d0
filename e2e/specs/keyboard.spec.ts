import { expect, test } from '../fixtures';
import { ByKeyboard } from '../pages/by-keyboard';
import { StartPage } from '../pages/start.page';

/** A hung run ends the test; how fast a run is decides nothing here. */
const RUN_LIMIT_MS = 900_000;

/** The road from the tokens on: what the palette calls the beginning of each stage, and the preset that keeps it short. */
const ROAD: readonly { readonly verb: string; readonly preset?: RegExp }[] = [
  { verb: 'Add the tokens' },
  { verb: 'Grow trees', preset: /^Quick look/ },
  { verb: 'Fine-tune', preset: /^Quick look/ },
  { verb: 'Explore', preset: /^Quick look/ },
  { verb: 'Evaluate' },
  { verb: 'Export' },
];

test('the whole road is walked without a mouse: tokens, trees, review, training, comparison, export @browser', async ({
  workbench,
}) => {
  test.setTimeout(2_400_000);
  const { page } = workbench;
  const keys = new ByKeyboard(page);
  const start = await StartPage.opened(page);
  await keys.press(start.main.getByRole('button', { name: 'New project' }));
  await page.keyboard.type(' by keyboard');
  await page.keyboard.press('Enter');
  await expect(start.heading).toHaveText('Model');

  for (const { verb, preset } of ROAD) {
    await keys.call(verb);
    const steps = start.main.getByRole('navigation', { name: 'Steps' });
    await expect(steps).toBeVisible();
    await keys.press(steps.getByRole('button', { name: 'Settings' }));
    if (preset) await keys.choose(preset);
    await keys.press(steps.getByRole('button', { name: 'Check and start' }));
    await keys.press(start.main.getByRole('button', { name: verb, exact: true }));
    await expect(page).toHaveURL(/\/runs\/[^/]+$/);
    await expect(start.heading).toContainText('finished', { timeout: RUN_LIMIT_MS });
    if (verb === 'Grow trees') await reviewByKeyboard(keys, start);
  }
  await expect(start.stageLink('Export')).toHaveAccessibleName(/done/);
});

/** A tree read as an outline, then examples decided and taken back. */
async function reviewByKeyboard(keys: ByKeyboard, start: StartPage): Promise<void> {
  const { page } = keys;
  await keys.call('Go to Trees');
  await expect(start.heading).toHaveText('Trees');
  await keys.press(start.main.getByRole('table', { name: 'All trees' }).getByRole('link'));
  await keys.press(start.main.getByRole('button', { name: 'Outline' }));
  const outline = start.main.getByRole('tree', { name: 'Outline' });
  await keys.tabTo(outline.getByRole('treeitem', { selected: true }));
  await page.keyboard.press('Home');
  await expect(outline.getByRole('treeitem', { level: 1 })).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(outline.getByRole('treeitem', { level: 2 }).first()).toBeFocused();

  // Examples follow the trees by themselves.
  await keys.call('Go to Examples');
  await expect(start.stageLink('Examples')).toHaveAccessibleName(/done/, { timeout: RUN_LIMIT_MS });
  await keys.press(start.main.getByRole('link', { name: 'Review' }));
  const accepted = start.main.getByRole('button', { name: /^accepted/ });
  await expect(accepted).toContainText(/\b0\b/);
  await page.keyboard.press('a');
  await expect(accepted).toContainText(/\b1\b/);
  await page.keyboard.press('u');
  await expect(accepted).toContainText(/\b0\b/);
}
