import { readFileSync } from 'node:fs';
import { expect, type Locator } from '@playwright/test';
import { WorkbenchPage } from './workbench.page';

/** A run that is looked at: charts, notices of the guard, samples, log. */
export class RunDetailsPage extends WorkbenchPage {
  readonly guard: Locator = this.main.getByRole('region', { name: 'The guard' });
  readonly charts: Locator = this.main.getByRole('region', { name: 'Charts' });
  readonly samples: Locator = this.main.getByRole('region', { name: 'What the model writes' });
  readonly log: Locator = this.main.getByRole('list', { name: 'Log' });

  /** Opens a run of the project that is open. */
  async openRun(id: string): Promise<this> {
    await this.page.evaluate((runId) => {
      const [, project] = /#\/p\/([^/]+)\//.exec(location.hash) ?? [];
      location.hash = `#/p/${project ?? ''}/runs/${runId}`;
    }, id);
    await expect(this.heading).toContainText(id);
    return this;
  }

  /** A chart by its title; its accessible name tells the latest figures. */
  chart(title: string): Locator {
    return this.charts.getByRole('img', { name: new RegExp(`^${title}`) });
  }

  /** Saves a chart and gives what was written. */
  async save(title: string, way: 'Picture (PNG)' | 'Drawing (SVG)' | 'Figures (CSV)'): Promise<Buffer> {
    const download = this.page.waitForEvent('download');
    await this.charts.getByRole('button', { name: `Save ${title}`, exact: true }).click();
    await this.page.getByRole('menuitem', { name: way }).click();
    return readFileSync(await (await download).path());
  }

  /** Drags over the middle half of a chart. */
  async zoom(title: string): Promise<void> {
    const box = await this.chart(title).boundingBox();
    if (!box) throw new Error(`The chart "${title}" is not seen.`);
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width * 0.4, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * 0.7, y, { steps: 5 });
    await this.page.mouse.up();
  }
}
