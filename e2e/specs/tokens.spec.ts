import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';

test('tokens of one’s own are made, come into a model, are tested, shown and taken back', async ({ workbench }) => {
  test.setTimeout(600_000);
  const { page } = workbench;
  const start = await StartPage.opened(page);
  const model = await start.createProject('Own tokens', 'embedded');
  const wizard = await (await model.openStage('Tokens')).begin();
  await wizard.openStep('Tokens');
  const { main } = wizard;
  const table = main.getByRole('region', { name: 'Tokens', exact: true }).getByRole('region', { name: 'Tokens' });
  await expect(table.getByRole('row')).toHaveCount(9);
  await expect(main.getByText('Every token can be reached, and every way leads to an answer.')).toBeVisible();

  // Two tokens go, one gets a name and a colour of its own.
  for (const name of ['clarify', 'analysis']) {
    await table.getByRole('button', { name, exact: false }).first().click();
    await main.getByRole('button', { name: `Remove “${name}”` }).click();
  }
  await expect(table.getByRole('row')).toHaveCount(7);
  await table.getByRole('button', { name: /next step/ }).click();
  const form = main.getByRole('region', { name: 'The token “next step”' });
  await form.getByLabel('Name', { exact: true }).fill('Calculate!');
  await expect(form.getByText('Small letters, digits and “_”, beginning with a letter.')).toBeVisible();
  await form.getByLabel('Name', { exact: true }).fill('calculate');
  await form.getByLabel('Name', { exact: true }).press('Enter');
  const renamed = main.getByRole('region', { name: 'The token “calculate”' });
  await expect(renamed.getByLabel('Opens with')).toHaveValue('<calculate>');
  await renamed.getByLabel('violet').click();
  await expect(renamed.getByLabel('violet')).toBeChecked();
  await renamed.getByLabel('First value of its rows').selectOption('noise');

  // The grammar by mouse: nothing may follow the question any more, and the start button says why it cannot be pressed.
  const graph = main.getByRole('group', { name: /^The grammar as a graph/ });
  await graph.getByRole('button', { name: 'question', exact: true }).click();
  for (const name of ['calculate', 'subquestion'])
    await graph
      .getByRole('button', { name: new RegExp(`^${name}: may come`) })
      .locator('.grammar-port')
      .click();
  await expect(
    main.getByText('Nothing may begin a response: let a step come after the question.').first(),
  ).toBeVisible();
  await wizard.openStep('Check and start');
  await expect(main.getByRole('button', { name: 'Add the tokens', exact: true })).toHaveAttribute(
    'aria-disabled',
    'true',
  );
  await wizard.openStep('Tokens');
  // And by keyboard: the arrows walk, Space changes.
  await graph.getByRole('button', { name: 'question', exact: true }).click();
  await graph.getByRole('button', { name: 'question', exact: true }).press('ArrowRight');
  const focused = graph.getByRole('button', { name: /^subquestion: may not come after question/ });
  await expect(focused).toBeFocused();
  await page.keyboard.press('Space');
  await expect(graph.getByRole('button', { name: /^subquestion: may come after question/ })).toBeFocused();
  // The same in the table.
  await main.locator('summary', { hasText: 'The grammar as a table' }).click();
  await main.getByRole('checkbox', { name: 'calculate may come after question' }).click();
  await expect(graph.getByRole('button', { name: /^calculate: may come after question/ })).toBeVisible();
  await expect(main.getByText('Every token can be reached, and every way leads to an answer.')).toBeVisible();

  await main.getByLabel('Name of the set').fill('Six of ours');
  await main.getByRole('button', { name: 'Save in the project' }).click();
  await expect(main.getByText('Saved as version 1.')).toBeVisible();
  await workbench.screenshot('40-token-set');

  // The draft holds the set; a reload changes nothing.
  await page.reload();
  await wizard.openStep('Tokens');
  await expect(main.getByLabel('Name of the set')).toHaveValue('Six of ours');

  await wizard.openStep('Settings');
  const plan = main.getByRole('region', { name: 'Which row each token takes, and what it begins as' }).first();
  await expect(plan.getByText('<calculate>')).toBeVisible();
  await expect(plan.getByText('noise, as long as a row on average').first()).toBeVisible();
  await main.locator('summary', { hasText: 'What the new rows will be near to' }).click();
  await expect(main.getByText('begins as noise, near to nothing').first()).toBeVisible();
  await workbench.screenshot('41-token-plan');
  await wizard.openStep('Check and start');
  await expect(main.getByText(/gets 12 new tokens of the set “Six of ours”/)).toBeVisible();
  await (await wizard.start()).waitUntilFinished(300_000);

  const stage = await model.openStage('Tokens');
  await expect(stage.main.getByText(/Every token can be sampled/)).toBeVisible();
  await expect(stage.main.getByRole('heading', { name: 'The tokens of the set “Six of ours”' })).toBeVisible();
  await stage.main.getByRole('button', { name: 'Show them' }).click();
  await expect(stage.main.getByRole('table', { name: 'Nearest ordinary tokens' }).getByRole('row')).toHaveCount(13);
  await workbench.screenshot('42-tokens-page');

  await stage.main.getByRole('button', { name: 'Undo: remove this model' }).click();
  const dialog = page.getByRole('dialog', { name: 'Remove the model with the new tokens?' });
  await dialog.getByRole('button', { name: 'Remove it' }).click();
  await expect(dialog).toBeHidden();
  await expect(stage.main.getByText(/Nothing has come out of/)).toBeVisible();
});
