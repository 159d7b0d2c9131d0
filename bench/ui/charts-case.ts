import type { Locator, Page } from '@playwright/test';
import { execute, transaction, type WritableDb } from '../../src/main/host/store/sql';
import type { Measurement } from '../row';
import { percentile, smoothness } from './frame-figures';
import type { UiCase } from './ui-case';

const POINTS = 100_000;
const PROJECT = 'project-charts';
const RUN = 'run-charts';
const ROUNDS = 5;
/** A change of what is shown is felt as prompt up to here, ms. */
const PROMPT_MS = 100;
const METRICS = ['loss', 'functionalLoss', 'textLoss', 'gradNorm', 'learningRate'] as const;

/** A run page with five metrics of 100,000 points: moving the shared cursor, zooming in and out, turning smoothing, scrolling. */
export const chartsCase: UiCase = {
  seed: seedRun,
  async measure({ page, open, frames }, log): Promise<Measurement[]> {
    const begin = performance.now();
    await open(`#/p/${PROJECT}/runs/${RUN}`);
    const chart = page.getByRole('img', { name: /^Loss: .*step 100,000/ });
    await chart.waitFor();
    log(`the charts were there after ${(performance.now() - begin).toFixed(0)} ms`);
    const rounds = async (label: string, work: () => Promise<void>): Promise<(readonly number[])[]> => {
      const measured: (readonly number[])[] = [];
      for (let round = 0; round < ROUNDS; round++) measured.push(await frames(label, work));
      return measured;
    };
    const cursor = await rounds('moving the cursor', () => sweep(page, chart));
    const zooming: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const times = await frames('zooming in and out', async () => {
        await zoom(page, chart);
        await page.getByRole('button', { name: 'Show all steps' }).click();
        await page.waitForTimeout(200);
      });
      zooming.push(Math.max(...times));
    }
    const slider = page.getByRole('slider', { name: 'Smoothing' });
    const smoothing = await rounds('turning the smoothing', async () => {
      await slider.focus();
      for (let step = 0; step < 30; step++) await page.keyboard.press(step % 2 === 0 ? 'ArrowRight' : 'ArrowLeft');
    });
    const scrolling = await rounds('scrolling', async () => {
      for (let step = 0; step < 60; step++) await page.mouse.wheel(0, step < 30 ? 60 : -60);
    });
    const name = `charts of ${POINTS.toLocaleString('en')} points`;
    return [
      ...smoothness(`${name}, cursor`, cursor),
      {
        case: `${name}, longest frame when zooming`,
        unit: 'ms',
        samples: zooming,
        goal: PROMPT_MS,
        better: 'lower',
      },
      {
        case: `${name}, smoothing, 95 of 100 frames within`,
        unit: 'ms',
        samples: smoothing.map((times) => percentile(times, 0.95)),
        goal: PROMPT_MS,
        better: 'lower',
      },
      ...smoothness(`${name}, scrolling`, scrolling),
    ];
  },
};

/** Over the chart and back, faster than it paints. */
async function sweep(page: Page, chart: Locator): Promise<void> {
  const { left, width, middle } = await placeOf(chart);
  for (let turn = 0; turn < 3; turn++) {
    await page.mouse.move(left + 60, middle);
    await page.mouse.move(left + width - 10, middle, { steps: 60 });
    await page.mouse.move(left + 60, middle, { steps: 60 });
  }
}

async function zoom(page: Page, chart: Locator): Promise<void> {
  const { left, width, middle } = await placeOf(chart);
  await page.mouse.move(left + 0.4 * width, middle);
  await page.mouse.down();
  await page.mouse.move(left + 0.6 * width, middle, { steps: 10 });
  await page.mouse.up();
}

async function placeOf(chart: Locator): Promise<{ left: number; width: number; middle: number }> {
  const box = await chart.boundingBox();
  if (!box) throw new Error('The chart is not seen.');
  return { left: box.x, width: box.width, middle: box.y + box.height / 2 };
}

function seedRun(db: WritableDb): void {
  transaction(db, () => {
    execute(db, `INSERT INTO projects (id, name, is_demo, created_at_ms) VALUES ($id, 'Charts', 0, 1)`, {
      id: PROJECT,
    });
    const spec = { kind: 'sft', checkpointId: 'checkpoint-gone', datasetId: 'dataset-gone', config: {} };
    execute(
      db,
      `INSERT INTO runs (id, project_id, kind, name, status, spec_json, seed, versions_json, result_json, active_ms, created_at_ms,
         started_at_ms, finished_at_ms, folder)
       VALUES ($id, $project, 'sft', 'Long run', 'finished', $spec, 1, '{}', '{}', 1000, 1, 1, 2, '/nowhere')`,
      { id: RUN, project: PROJECT, spec: JSON.stringify(spec) },
    );
    METRICS.forEach((name, at) => {
      for (let step = 1; step <= POINTS; step++) {
        const value = 2 / (1 + step / 5000) + 0.2 * Math.sin(step * (12.9898 + at));
        execute(db, 'INSERT INTO metrics (run_id, name, step, value) VALUES ($run, $name, $step, $value)', {
          run: RUN,
          name,
          step,
          value,
        });
      }
    });
  });
}
