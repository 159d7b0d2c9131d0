import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Workbench } from '../fixtures';
import { projectRoot } from '../local-host';
import { StartPage } from '../pages/start.page';
import { RunPage, WizardPage } from '../pages/workbench.page';

/** Made by `npm run make-demo-project`; it ships with the program. */
const HAS_DEMO = existsSync(join(projectRoot, 'resources/demo/project.rftt'));
const NO_DEMO = 'WIZARDS NOT TESTED: npm run make-demo-project';

/** Opens the wizard of the demo project under `path`. */
async function openWizard({ page }: Workbench, path: string, verb: string): Promise<WizardPage> {
  const start = await StartPage.opened(page);
  await start.main.getByRole('button', { name: 'Open the demo project' }).click();
  await expect(start.main.getByRole('link', { name: 'Export', exact: true }).first()).toBeVisible();
  const [, project = ''] = /#\/p\/([^/]+)/.exec(page.url()) ?? [];
  await page.evaluate((hash) => (location.hash = hash), `#/p/${project}/${path}`);
  await expect(start.main.getByRole('navigation', { name: 'Steps' })).toBeVisible();
  return new WizardPage(page, verb);
}

test('a prompt is changed, tried on a question and kept as a set of one’s own @browser', async ({ workbench }) => {
  test.skip(!HAS_DEMO, NO_DEMO);
  test.setTimeout(300_000);
  const wizard = await openWizard(workbench, 'trees/new', 'Grow trees');
  await wizard.openStep('Settings');
  const { main } = wizard;
  await main.locator('summary', { hasText: 'The prompt of each kind of step' }).click();
  const prompt = main.getByRole('textbox', { name: 'What the model is asked' });
  await expect(prompt).toHaveValue(/Restate :/);

  // A whole answer is judged by the checker.
  await main.getByRole('tab', { name: /direct answer/ }).click();
  const trial = main.getByRole('region', { name: 'Try it on one question' });
  await trial.getByRole('button', { name: 'Try', exact: true }).click();
  const written = trial.getByRole('list', { name: 'What the model wrote' });
  await expect(written.getByText(/\d+ tokens/)).toBeVisible({ timeout: 120_000 });
  await expect(written.getByText(/^.(right|wrong)$/)).toBeVisible();
  await workbench.screenshot('40-prompt-try-out');

  // A step that is kept is what the next prompt goes on from.
  await main.getByRole('tab', { name: /next step/ }).click();
  await trial.getByRole('button', { name: 'Try again' }).click();
  await trial.getByRole('button', { name: 'Go on from this step' }).click({ timeout: 120_000 });
  await expect(trial.getByRole('list', { name: 'Steps so far' }).getByRole('listitem')).toHaveCount(1);

  // What cannot be asked is refused at the field, before anything runs.
  await prompt.fill('{{steps}}{{stps}}Next :');
  await expect(main.getByRole('alert')).toContainText('“{{stps}}” is no placeholder');
  await expect(trial.getByRole('button', { name: /^Try/ })).toHaveAttribute('aria-disabled', 'true');
  await prompt.fill('{{steps}}Next :  ');
  await main.getByRole('textbox', { name: 'Name of your set' }).fill('my-steps');
  await main.getByRole('button', { name: 'Save and use this set' }).click();
  await expect(main.getByRole('combobox', { name: 'Prompt set' })).toHaveValue('my-steps');
  await expect(main.getByText('1 setting changed')).toBeVisible();
});

test('a dry step tells what a run will take, and the run corrects the next estimate @browser', async ({
  workbench,
}) => {
  test.skip(!HAS_DEMO, NO_DEMO);
  test.setTimeout(400_000);
  const wizard = await openWizard(workbench, 'compare/new', 'Evaluate');
  await wizard.openStep('Settings');
  await wizard.main.getByRole('textbox', { name: 'Questions' }).fill('12');
  const estimate = wizard.main.getByRole('region', { name: 'What it will take' });
  await expect(estimate.getByRole('button', { name: 'Measure it on this machine' })).toBeVisible();

  // It can be stopped; then the estimate stands as it was.
  await estimate.getByRole('button', { name: 'Measure it on this machine' }).click();
  await expect(estimate.getByText(/^Measuring/)).toBeVisible();
  await estimate.getByRole('button', { name: 'Stop measuring' }).click();
  await expect(estimate.getByRole('button', { name: 'Measure it on this machine' })).toBeVisible();

  // About to start, it is made unasked.
  await wizard.openStep('Check and start');
  await expect(estimate.getByText('Measured by a dry step on this machine.')).toBeVisible({ timeout: 120_000 });
  await expect(estimate.getByText(/The dry step took/)).toBeVisible();
  await workbench.screenshot('41-estimate');
  const run = await wizard.start();
  await run.waitUntilFinished(200_000);
  const panel = new RunPage(workbench.page).main.getByRole('region', { name: 'Expected and actual' }).first();
  await expect(panel.getByText(/took [\d.]+ times what its dry step said/)).toBeVisible();
  await panel.scrollIntoViewIfNeeded();
  await workbench.screenshot('42-expected-and-actual');
});
