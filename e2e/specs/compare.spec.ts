import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';
import { RunSeed } from '../seed-runs';

/** Twenty answers; right where the sign is +. */
const answers = (signs: string) =>
  [...signs].map((sign) => ({ answer: sign === '+' ? '0.5' : 'a half', reference: '1/2', isRight: sign === '+' }));

test('evaluations are compared on the same questions, with settings first, flips, and corrections that count @browser', async ({
  workbench,
}) => {
  const first = await StartPage.opened(workbench.page);
  await first.createProject('Compared', 'embedded');
  const page = await workbench.reopen(() => {
    const runs = new RunSeed(workbench.userData);
    // Of 20 questions: 5 right in both, 9 won, 1 lost, 5 wrong in both.
    runs.evaluation('before', answers('++++++--------------'));
    runs.evaluation('after', answers('+++++-+++++++++-----'), { maxNewTokens: 300 });
    runs.evaluation('third', answers('++++++++++++++++++++'), { maxNewTokens: 300 });
    runs.close();
  });
  const start = await StartPage.opened(page);
  await start.openProject('Compared');
  const compare = await start.openStage('Compare');

  // What one of them was made with and the other was not is folded away.
  await compare.main.getByText(/only one of them was made with/).click();
  await expect(compare.main.getByRole('row', { name: /Longest (answer|response)/ })).toContainText('300');
  const figures = compare.main.getByRole('region', { name: 'Figures' });
  await expect(figures).toContainText('20 questions in common');
  // The newest against the oldest: all right against 6 of 20.
  await expect(figures).toContainText('14 won, 0 lost');

  const table = compare.main.getByRole('table', { name: 'Evaluations' });
  await table.getByRole('checkbox').nth(1).check();
  await expect(figures).toContainText('9 won, 1 lost');
  await expect(figures).toContainText('adjusted for several comparisons');
  await workbench.screenshot('compare-three');

  const flips = compare.main.getByRole('region', { name: 'Questions that changed' });
  await flips.getByRole('combobox', { name: 'Show' }).selectOption('won');
  const flip = flips.getByRole('group').first();
  await flip.click();
  const wrong = flip.getByRole('article').first();
  await expect(wrong).toContainText('“a half” is not a number.');
  await wrong.getByRole('button', { name: 'It is right' }).click();
  // The same words were the answer to other questions, too; a correction is about one question.
  await expect(figures).toContainText('13 won, 0 lost');
  await expect(table).toContainText('1 corrected');

  await compare.main.getByText('Try two answers').click();
  await compare.main.getByLabel('An answer').fill('\\frac{2}{4}');
  await compare.main.getByLabel('The right answer').fill('1/2');
  await expect(compare.main.getByText('Equal as fractions.')).toBeVisible();
  await workbench.screenshot('compare-corrected');
});
