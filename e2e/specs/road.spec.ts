import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Workbench } from '../fixtures';
import { StartPage } from '../pages/start.page';
import type { RunPage, StageName, WizardPage, WorkbenchPage } from '../pages/workbench.page';

/** A hung run ends the test; how fast a run is decides nothing here. */
const RUN_LIMIT_MS = 900_000;

/** What each stage needs besides the suggested settings, and the name its pictures get. */
const STAGES: readonly { stage: StageName; shot: string; fill?: (wizard: WizardPage) => Promise<void> }[] = [
  { stage: 'Tokens', shot: 'tokens' },
  { stage: 'Trees', shot: 'trees', fill: growFewTrees },
  { stage: 'Examples', shot: 'examples' },
  { stage: 'Fine-tune', shot: 'sft', fill: (wizard) => wizard.choosePreset('Quick look') },
  { stage: 'Explore', shot: 'rl', fill: (wizard) => wizard.choosePreset('Quick look') },
];

test('a new user walks from the first start to an exported, tuned model', async ({ workbench }) => {
  test.setTimeout(2_400_000);
  const start = await StartPage.opened(workbench.page);
  await workbench.screenshot('01-start');
  const model = await start.createProject('First road', 'embedded');
  await expect(model.main.getByText(/Workbook/i).first()).toBeVisible();
  await workbench.screenshot('02-model');
  await lookAtQuestions(workbench, model);

  for (const [index, { stage, shot, fill }] of STAGES.entries()) {
    await walkStage(workbench, model, stage, `${String(index + 4).padStart(2, '0')}-${shot}`, fill);
  }
  await lookAtTree(workbench, model);
  await reviewExamples(workbench, model);
  await compareCheckpoints(workbench, model);
  const folder = await exportModel(workbench, model);
  await lookAtTheRest(workbench, model);

  const again = await StartPage.opened(await workbench.reopen());
  await workbench.screenshot('20-start-again');
  await again.openProject('First road');
  await expect(again.stageLink('Export')).toHaveAccessibleName(/done/);
  expect(existsSync(folder), 'the exported folder stays').toBe(true);
});

/** Few trees; their examples get a wizard of their own. */
async function growFewTrees(wizard: WizardPage): Promise<void> {
  await wizard.choosePreset('Quick look');
  await wizard.openStep('Check and start');
  const thenExamples = wizard.main.getByRole('switch', { name: /^Then make examples/ });
  await thenExamples.click();
  await expect(thenExamples).not.toBeChecked();
}

/** Page, wizard, run, and what it made: one picture of each. */
async function walkStage(
  workbench: Workbench,
  at: WorkbenchPage,
  stage: StageName,
  shot: string,
  fill?: (wizard: WizardPage) => Promise<void>,
): Promise<RunPage> {
  const page = await at.openStage(stage);
  await workbench.screenshot(`${shot}-1-before`);
  const wizard = await page.begin();
  await workbench.screenshot(`${shot}-2-start-from`);
  await wizard.openStep('Settings');
  await fill?.(wizard);
  await workbench.screenshot(`${shot}-3-settings`);
  await wizard.openStep('Check and start');
  await workbench.screenshot(`${shot}-4-check`);
  const run = await wizard.start();
  await run.waitUntilFinished(RUN_LIMIT_MS);
  await workbench.screenshot(`${shot}-5-run`);
  const after = await at.openStage(stage);
  await expect(after.stageLink(stage)).toHaveAccessibleName(/done/);
  await workbench.screenshot(`${shot}-6-after`);
  return run;
}

async function lookAtQuestions(workbench: Workbench, at: WorkbenchPage): Promise<void> {
  const questions = await at.openBeside('Questions');
  await expect(questions.main.getByRole('row')).not.toHaveCount(0);
  await workbench.screenshot('03-questions');
  await questions.main.getByRole('row').getByRole('link').first().click();
  await expect(questions.main.getByRole('searchbox', { name: 'Search in the questions' })).toBeVisible();
  await workbench.screenshot('03-question-set');
}

async function lookAtTree(workbench: Workbench, at: WorkbenchPage): Promise<void> {
  const trees = await at.openStage('Trees');
  await trees.main.getByRole('table', { name: 'All trees' }).getByRole('link').first().click();
  await expect(trees.page).toHaveURL(/\/trees\/[^/]+$/);
  await expect(trees.main.getByRole('application', { name: /^Search tree/ })).toBeVisible();
  await trees.main.getByRole('button', { name: 'Best path' }).click();
  await workbench.screenshot('09-tree');
  await trees.main.getByRole('button', { name: 'Outline' }).click();
  await expect(trees.main.getByRole('tree').first()).toBeVisible();
  await workbench.screenshot('09-tree-outline');
}

async function reviewExamples(workbench: Workbench, at: WorkbenchPage): Promise<void> {
  const examples = await at.openStage('Examples');
  await examples.main.getByRole('link', { name: 'Review' }).first().click();
  const accepted = examples.main.getByRole('button', { name: /accepted/ });
  await expect(accepted).toContainText(/\b0\b/);
  await examples.main.getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(accepted).toContainText(/\b1\b/);
  await examples.main.getByRole('button', { name: 'Undo', exact: true }).click();
  await expect(accepted).toContainText(/\b0\b/);
  await workbench.screenshot('10-review');
}

/** Evaluates the newest checkpoint and one before it on the same questions, then looks at the verdict. */
async function compareCheckpoints(workbench: Workbench, at: WorkbenchPage): Promise<void> {
  for (const nth of [0, 1]) {
    const page = await at.openStage('Compare');
    if (nth === 0) await workbench.screenshot('11-compare-1-before');
    const wizard = await page.begin();
    const models = wizard.main.getByRole('group', { name: 'Model', exact: true }).getByRole('radio');
    await wizard.choose(models.nth(nth));
    await wizard.openStep('Settings');
    await wizard.choosePreset('Quick look');
    if (nth === 0) await workbench.screenshot('11-compare-2-settings');
    await wizard.openStep('Check and start');
    const run = await wizard.start();
    await run.waitUntilFinished(RUN_LIMIT_MS);
  }
  const page = await at.openStage('Compare');
  await expect(page.main.getByText(/p = |p < |no difference/i).first()).toBeVisible();
  await workbench.screenshot('12-compare-3-after');
}

/** Exports and gives the folder, which must be one that other programs load. */
async function exportModel(workbench: Workbench, at: WorkbenchPage): Promise<string> {
  await walkStage(workbench, at, 'Export', '13-export');
  const path = (
    await at.main.getByText(join(workbench.userData, 'workbench'), { exact: false }).first().innerText()
  ).trim();
  const files = readdirSync(path);
  expect(files).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']));
  expect(statSync(join(path, 'model.safetensors')).size).toBeGreaterThan(1_000_000);
  const tokenizer = readFileSync(join(path, 'tokenizer.json'), 'utf8');
  for (const token of ['<analysis>', '</analysis>', '<verify>', '<refine>', '<output>'])
    expect(tokenizer).toContain(token);
  return path;
}

async function lookAtTheRest(workbench: Workbench, at: WorkbenchPage): Promise<void> {
  await at.openBeside('Runs');
  await workbench.screenshot('14-runs');
  await at.openBeside('Settings');
  await workbench.screenshot('15-settings');
}
