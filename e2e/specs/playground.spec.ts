import { expect, test } from '../fixtures';
import { PlaygroundPage } from '../pages/playground.page';
import { StartPage } from '../pages/start.page';

const QUESTION = 'Ann has 3 pens. She buys 4 more. How many pens does Ann have now?';

test('a model is asked, made to think otherwise, searched, and what it said is kept', async ({ workbench }) => {
  test.setTimeout(600_000);
  const start = await StartPage.opened(workbench.page);
  const model = await start.createProject('Trying out', 'embedded');
  const tokens = await (await model.openStage('Tokens')).begin();
  await tokens.openStep('Check and start');
  await (await tokens.start()).waitUntilFinished(300_000);

  await model.openBeside('Playground');
  const play = new PlaygroundPage(workbench.page);
  const askButton = play.main.getByRole('button', { name: 'Ask', exact: true });
  await expect(askButton).toHaveAttribute('aria-disabled', 'true');
  await play.write(QUESTION, '7');
  await play.set('Longest answer', '0');
  await expect(play.main.getByText('A whole number from 1 to 8192.')).toBeVisible();
  await expect(askButton).toHaveAttribute('aria-disabled', 'true');
  await play.set('Longest answer', '64');
  await play.main.getByRole('switch', { name: 'Hold to the grammar' }).click();

  await play.main.getByRole('button', { name: 'Beside another model' }).click();
  await expect(play.columns).toHaveCount(2);
  await play.ask();
  for (const column of await play.columns.all()) {
    await expect(column.getByText(/tokens in .* s/)).toBeVisible();
    await expect(column.getByText(/in memory/)).toBeVisible();
  }
  await workbench.screenshot('30-playground');

  // The newest model has the tokens: the probability of each stands where a step may begin, and a press goes on with another.
  const [tuned] = await play.columns.all();
  const places = tuned!.getByRole('group', { name: 'How probable each token is at the start' });
  await places.getByRole('button', { name: 'all eight' }).click();
  await places.getByRole('button', { name: /verify/ }).click();
  await play.untilAnswered();
  await expect(places.getByText(/forced/)).toBeVisible();
  await expect(tuned!.getByRole('list', { name: 'Response' }).getByText('verify').first()).toBeVisible();

  await play.main.getByRole('button', { name: 'One model only' }).click();
  await expect(play.columns).toHaveCount(1);
  await play.main.getByRole('button', { name: 'Keep the question' }).click();
  const dialog = workbench.page.getByRole('dialog', { name: 'Keep this question' });
  await dialog.getByRole('button', { name: 'Keep', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('From the playground');
  await dialog.getByRole('button', { name: 'Cancel' }).click();

  await play.chooseMode('Search a tree');
  await play.set('Walks', '4');
  await play.set('Temperature', '0,7');
  await play.ask();
  await expect(play.main.getByRole('application', { name: /^Search tree/ })).toBeVisible();
  await workbench.screenshot('31-playground-search');

  // Draft and model survive a restart; the answer was never stored.
  await workbench.reopen();
  const opened = await (await StartPage.opened(workbench.page)).openProject('Trying out');
  await opened.openBeside('Playground');
  const again = new PlaygroundPage(workbench.page);
  await expect(again.main.getByRole('textbox', { name: 'Question', exact: true })).toHaveValue(QUESTION);
});
