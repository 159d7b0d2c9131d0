import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';
import { WorkbenchPage } from '../pages/workbench.page';

test('what is deleted comes back as it was, and only emptying frees the disk', async ({ workbench }) => {
  const start = await StartPage.opened(workbench.page);
  await start.main.getByRole('button', { name: 'Open the demo project' }).click();
  await expect(start.heading).toHaveText('Demo: a small model learns to reason');
  const at = new WorkbenchPage(workbench.page);
  const { main, page } = at;

  // The last run of the road: nothing stands on it.
  await at.openBeside('Runs');
  const rows = main.getByRole('table', { name: 'Runs' }).getByRole('row');
  const count = await rows.count();
  await rows.getByRole('link').first().click();
  const name = (await at.heading.innerText()).split('\n')[0]?.trim() ?? '';
  await main.getByRole('button', { name: 'Delete run' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('can come back');
  await dialog.getByRole('button', { name: 'Delete run' }).click();
  await expect(at.heading).toHaveText('Runs');
  await expect(rows).toHaveCount(count - 1);
  await workbench.screenshot('trash');

  await main
    .getByRole('status')
    .getByRole('button', { name: /^Bring back/ })
    .first()
    .click();
  await expect(rows).toHaveCount(count);

  // Deleted again, its page says where it lies; emptied, it is gone.
  await rows.getByRole('link').first().click();
  await expect(at.heading).toContainText(name);
  const address = page.url();
  await main.getByRole('button', { name: 'Delete run' }).click();
  await dialog.getByRole('button', { name: 'Delete run' }).click();
  await expect(at.heading).toHaveText('Runs');
  await page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
  await expect(main.getByText('This run lies in the trash')).toBeVisible();
  await expect(main.getByRole('button', { name: 'Bring it back' })).toBeVisible();
  await at.openBeside('Runs');
  await main.getByText(/^Trash \(1/).click();
  await main.getByRole('button', { name: 'Empty the trash' }).click();
  await dialog.getByRole('button', { name: 'Empty the trash' }).click();
  await expect(main.getByText(/^Trash \(/)).toHaveCount(0);
  await expect(rows).toHaveCount(count - 1);
});

test('a set of questions that was deleted says so at its address, with the way back', async ({ workbench }) => {
  const start = await StartPage.opened(workbench.page);
  await start.main.getByRole('button', { name: 'Open the demo project' }).click();
  await expect(start.heading).toHaveText('Demo: a small model learns to reason');
  const at = new WorkbenchPage(workbench.page);
  await at.openBeside('Questions');
  await at.main.getByRole('table', { name: 'Question sets' }).getByRole('link').first().click();
  const address = workbench.page.url();
  await at.main.getByRole('button', { name: 'Remove' }).click();
  await workbench.page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(at.heading).toHaveText('Questions');
  await workbench.page.evaluate((hash) => (location.hash = hash), new URL(address).hash);
  await expect(at.main.getByText('This set of questions is gone')).toBeVisible();
  await at.main.getByRole('link', { name: 'All question sets' }).click();
  await at.main
    .getByRole('status')
    .getByRole('button', { name: /^Bring back/ })
    .first()
    .click();
  await expect(at.main.getByRole('status').getByRole('button', { name: /^Bring back/ })).toHaveCount(0);
});
