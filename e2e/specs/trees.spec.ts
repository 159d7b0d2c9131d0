import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';

test('a tree is read by keys, marked, explained, and a path of it becomes an example @browser', async ({
  workbench,
}) => {
  test.setTimeout(600_000);
  const { page } = workbench;
  const start = await StartPage.opened(page);
  const model = await start.createProject('Reading trees', 'embedded');
  const wizard = await (await model.openStage('Trees')).begin();
  await wizard.openStep('Settings');
  await wizard.choosePreset('Quick look');
  await wizard.openStep('Check and start');
  const thenExamples = wizard.main.getByRole('switch', { name: /^Then make examples/ });
  await thenExamples.click();
  await expect(thenExamples).not.toBeChecked();
  await (await wizard.start()).waitUntilFinished(300_000);

  const { main } = await model.openStage('Trees');
  await main.getByRole('combobox', { name: 'Show' }).selectOption({ label: 'solved' });
  await main.getByRole('table', { name: 'All trees' }).getByRole('link').first().click();
  const tree = main.getByRole('application', { name: /^Search tree/ });
  await tree.focus();
  const inspector = page.getByRole('complementary', { name: 'Inspector' });
  await page.keyboard.press('b');
  await expect(inspector.getByText('Why this branch')).toBeVisible();
  await expect(inspector.getByRole('table', { name: 'Terms of every branch at that walk' })).toContainText('✓ taken');

  await page.keyboard.press('p');
  await expect(inspector.getByRole('button', { name: 'Unpin' })).toBeVisible();
  await page.keyboard.press('u');
  await expect(inspector.getByRole('button', { name: 'Pin', exact: true })).toBeVisible();
  await page.keyboard.press('d');
  await expect(main.getByRole('tab', { name: 'Compare paths' })).toHaveAttribute('aria-selected', 'true');

  await main.getByRole('button', { name: 'Outline' }).click();
  const outline = main.getByRole('tree', { name: 'Outline' });
  await outline.getByRole('treeitem', { selected: true }).focus();
  await page.keyboard.press('Home');
  await expect(outline.getByRole('treeitem', { level: 1 })).toBeFocused();
  await page.keyboard.press('b');

  await inspector.getByRole('button', { name: 'Send to examples' }).click();
  const dialog = page.getByRole('dialog', { name: 'Send this path to the examples' });
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await dialog.getByRole('link', { name: 'Open the example' }).click();
  await expect(page).toHaveURL(/\/examples\/[^/]+\?example=/);
  await expect(main.getByRole('heading', { level: 1 })).toHaveText('Review of the examples');
});
