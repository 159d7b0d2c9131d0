import { expect, type Locator } from '@playwright/test';
import { WorkbenchPage } from './workbench.page';

/** The playground: a question, how it is asked, and a column for each model. */
export class PlaygroundPage extends WorkbenchPage {
  get columns(): Locator {
    return this.main.getByRole('region').filter({ has: this.page.getByRole('combobox', { name: /odel$/ }) });
  }

  async write(question: string, rightAnswer = ''): Promise<void> {
    await this.main.getByRole('textbox', { name: 'Question', exact: true }).fill(question);
    await this.main.getByRole('textbox', { name: /^Right answer/ }).fill(rightAnswer);
  }

  async set(setting: string, value: string): Promise<void> {
    await this.main.getByRole('textbox', { name: setting, exact: true }).fill(value);
  }

  async chooseMode(mode: 'One answer' | 'Search a tree'): Promise<void> {
    await this.main.getByRole('combobox', { name: 'How' }).selectOption({ label: mode });
  }

  /** Asks and waits until every column has ended. */
  async ask(): Promise<void> {
    await this.main.getByRole('button', { name: 'Ask', exact: true }).click();
    await this.untilAnswered();
  }

  async untilAnswered(): Promise<void> {
    await expect(this.main.getByRole('button', { name: 'Stop', exact: true })).toHaveCount(0, { timeout: 120_000 });
    await expect(this.columns.first()).toHaveAttribute('aria-busy', 'false');
  }
}
