import { expect, type Page } from '@playwright/test';
import { StagePage, WorkbenchPage } from './workbench.page';

/** The first page: every project with its next step, and the way to a new one. */
export class StartPage extends WorkbenchPage {
  static async opened(page: Page): Promise<StartPage> {
    const start = new StartPage(page);
    await expect(start.heading).toHaveText('Start');
    return start;
  }

  /** Makes a project and gives its model page. */
  async createProject(name: string, begin: 'embedded' | 'own'): Promise<StagePage> {
    await this.main.getByRole('button', { name: 'New project' }).click();
    const form = this.main.getByRole('form', { name: 'New project' });
    await form.getByLabel('Name').fill(name);
    await form.getByRole('radio', { name: begin === 'embedded' ? /^The small model/ : /^A model of your own/ }).check();
    await form.getByRole('button', { name: 'Create project' }).click();
    await expect(this.heading).toHaveText('Model');
    return new StagePage(this.page, 'Model');
  }

  /** Goes to a project by its name. */
  async openProject(name: string): Promise<StagePage> {
    await this.main.getByRole('link', { name, exact: true }).click();
    await expect(this.heading).toHaveText(name);
    return this.openStage('Model');
  }
}
