import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Workbench } from '../fixtures';
import { RunDetailsPage } from '../pages/run.page';
import { StartPage } from '../pages/start.page';
import { recordedRows, RunSeed } from '../seed-runs';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const POINTS = 100_000;

/** A project with runs that are only looked at here. */
async function openSeeded(workbench: Workbench, seed: (runs: RunSeed) => void): Promise<RunDetailsPage> {
  const start = await StartPage.opened(workbench.page);
  await start.createProject('Seeded', 'embedded');
  const page = await workbench.reopen(() => {
    const runs = new RunSeed(workbench.userData);
    seed(runs);
    runs.close();
  });
  await (await StartPage.opened(page)).openProject('Seeded');
  return new RunDetailsPage(page);
}

const step = (token: string, text: string) => `<${token}>\n${text}\n</${token}>\n`;

function seedCollapse(runs: RunSeed): void {
  const { questionSetId } = runs.ground;
  runs.run('collapsed', 'rl', 'paused', { questionSetId, config: { learningRate: 0.002 } });
  runs.metrics('collapsed', recordedRows('rate-times-ten'));
  runs.alarm('collapsed', {
    detector: 'kl-explosion',
    step: 4,
    figures: [{ metric: 'kl', before: 0.01, now: 4.45 }],
    words: 'The model is 4.5 nats per token away from where it began.',
  });
  for (const [at, text, isRight] of [
    [0, step('next_step', '3 + 4 = 7') + step('output', '7'), true],
    [4, step('next_step', '3 + 4 = 9') + step('verify', 'wrong') + step('output', '9'), false],
  ] as const)
    runs.sample('collapsed', { step: at, questionId: 'q1', text, isRight });
  runs.log('collapsed', 'info', 'Steps take up to 4096 tokens at once.');
  runs.log('collapsed', 'warning', 'Guard, kl-explosion: the model runs away.');
}

test('a collapse is explained with its evidence, and rolling back opens the wizard with other settings @browser', async ({
  workbench,
}) => {
  const run = await openSeeded(workbench, seedCollapse);
  await run.openRun('collapsed');
  const notice = run.guard.getByRole('status');
  await expect(notice.getByRole('heading')).toContainText('runs away from where it began');
  await expect(notice).toContainText('0.01 at first, now 4.45');
  await expect(notice.getByRole('img', { name: /KL.*The guard at step 4/ })).toBeVisible();
  await workbench.screenshot('run-collapsed');

  await notice.getByRole('button', { name: 'Roll back to where it began' }).click();
  await expect(run.page).toHaveURL(/explore\/new/);
  // A third of 0.002, and the other settings as they were.
  await expect(run.main.getByLabel('Learning rate', { exact: true }).first()).toHaveValue('6.67e-4');

  await run.openRun('collapsed');
  await expect(notice).toHaveCount(0);
  await run.guard.getByText('One more notice of the guard').click();
  await expect(run.guard).toContainText('rolled back');
});

test('samples of two steps stand side by side with what changed, and the log is found by level and word @browser', async ({
  workbench,
}) => {
  const run = await openSeeded(workbench, seedCollapse);
  await run.openRun('collapsed');
  const late = run.samples.getByRole('article', { name: 'step 4' });
  await expect(late.getByRole('insertion').filter({ hasText: '9' }).first()).toBeVisible();
  await expect(late.getByRole('deletion').filter({ hasText: '7' }).first()).toBeVisible();
  await run.samples.getByRole('switch', { name: 'Mark what changed' }).click();
  await expect(late.getByRole('deletion')).toHaveCount(0);

  await expect(run.log.getByRole('listitem')).toHaveCount(2);
  await run.main.getByRole('combobox', { name: 'Show' }).last().selectOption('warnings and errors');
  await expect(run.log.getByRole('listitem')).toHaveCount(1);
  await run.main.getByRole('searchbox', { name: 'Search in the log' }).fill('nothing like this');
  await expect(run.main.getByText('No line fits.')).toBeVisible();
});

test('charts of 100,000 points are zoomed together, smoothed, and saved in three forms @browser', async ({
  workbench,
}) => {
  test.setTimeout(240_000);
  const run = await openSeeded(workbench, (runs) => {
    runs.run('long', 'sft', 'finished', { datasetId: 'dataset-gone', config: {} });
    runs.metrics(
      'long',
      Array.from({ length: POINTS }, (_, i) => ({
        step: i + 1,
        values: {
          loss: 2 / (1 + i / 5000) + 0.2 * Math.sin(i * 12.9898),
          functionalLoss: 1 / (1 + i / 5000) + 0.1 * Math.sin(i * 78.233),
          gradNorm: 1 + Math.sin(i / 40),
        },
      })),
    );
  });
  await run.openRun('long');
  await expect(run.chart('Loss:')).toBeVisible();
  await expect(run.chart('Loss:')).toHaveAccessibleName(/at step 100,000/);
  await workbench.screenshot('run-long');

  await run.zoom('Loss:');
  await expect(run.charts.getByText(/^Steps \d/)).toBeVisible();
  await run.charts.getByRole('slider', { name: 'Smoothing' }).fill('0');
  await run.charts.getByRole('switch', { name: 'Log scale' }).click();
  await workbench.screenshot('run-long-zoomed');
  const svg = (await run.save('Loss', 'Drawing (SVG)')).toString('utf8');
  expect(svg).toContain('</svg>');
  expect(svg.length, 'no more points than its pixels').toBeLessThan(400_000);
  expect((await run.save('Loss', 'Picture (PNG)')).subarray(1, 4).toString()).toBe('PNG');
  const csv = (await run.save('Loss', 'Figures (CSV)')).toString('utf8').split('\n');
  expect(csv[0]).toBe('step,training');
  expect(csv).toHaveLength(POINTS + 1);
  await run.charts.getByRole('button', { name: 'Show all steps' }).click();
  await expect(run.charts.getByText(/^Steps \d/)).toHaveCount(0);
});

test('a failed run says what was kept and what to do; a run that is gone leads back @browser', async ({
  workbench,
}) => {
  const run = await openSeeded(workbench, (runs) => {
    const { questionSetId } = runs.ground;
    runs.run(
      'broken',
      'rl',
      'failed',
      { questionSetId, config: {} },
      {
        hasFolder: false,
        error: {
          kind: 'numeric',
          message: 'The loss is NaN.',
          facts: { code: 'loss-not-finite', kept: 'All weights are as before this update.', wayOut: 'Lower the rate.' },
        },
        estimate: {
          seconds: { low: 30, high: 60 },
          memoryBytes: { low: 4e8, high: 6e8 },
          diskBytes: 5e7,
          basis: 'Measured on the last run.',
        },
      },
    );
    runs.metrics('broken', [{ step: 12, values: { kl: 0.2 } }]);
  });
  await run.openRun('broken');
  const alert = run.main.getByRole('alert').first();
  await expect(alert).toContainText('The loss is NaN.');
  await expect(alert).toContainText('Figures and samples up to step 12');
  // Its folder is gone: resuming would begin anew over its own figures, so starting again is what is offered.
  await expect(run.main.getByText('The files of this run are not where they were')).toBeVisible();
  await expect(run.main.getByRole('button', { name: /^Resume/ })).toHaveCount(0);
  await expect(run.main.getByRole('button', { name: 'Start it again with these settings' })).toBeVisible();
  const forecast = run.main.getByRole('table', { name: 'Expected and actual' });
  await expect(forecast.getByRole('row', { name: /^Time/ })).toContainText('30 to 60 s');
  await workbench.screenshot('run-failed');

  workbench.tolerate(/Failed to load resource|not_found|no longer there/);
  await run.page.evaluate(() => (location.hash = location.hash.replace('broken', 'never-was')));
  await expect(run.heading).toContainText('This run is gone');
  await run.main.getByRole('link', { name: 'All runs' }).click();
  await expect(run.heading).toHaveText('Runs');
});

for (const theme of ['light', 'dark'] as const) {
  test(`the run page and the comparison are free of accessibility faults, ${theme} @browser`, async ({ workbench }) => {
    const run = await openSeeded(workbench, (runs) => {
      seedCollapse(runs);
      const answers = (offset: number) =>
        Array.from({ length: 12 }, (_, i) => ({ answer: String(i), reference: '5', isRight: (i + offset) % 3 === 0 }));
      runs.evaluation('before', answers(0));
      runs.evaluation('after', answers(1), { maxNewTokens: 300 });
    });
    await run.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    await run.openRun('collapsed');
    await expect(run.chart('Reward:')).toBeVisible();
    const faults = async () => (await new AxeBuilder({ page: run.page }).withTags(RULES).analyze()).violations;
    const found = (await faults()).map(({ id, nodes }) => `run: ${id} ${nodes.map(({ html }) => html).join(' | ')}`);
    await workbench.screenshot(`run-${theme}`);
    await run.openStage('Compare');
    await expect(run.main.getByRole('region', { name: 'Figures' })).toBeVisible();
    await run.main.getByRole('group').filter({ hasText: 'Question' }).first().click();
    found.push(
      ...(await faults()).map(({ id, nodes }) => `compare: ${id} ${nodes.map(({ html }) => html).join(' | ')}`),
    );
    await workbench.screenshot(`compare-${theme}`);
    expect(found).toEqual([]);
  });
}
