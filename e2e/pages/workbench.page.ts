import { expect, type Locator, type Page } from '@playwright/test';

/** Stops of the road by the name in the rail, with the verb on each page's one primary button. */
export const STAGES = {
  Model: 'Import a model',
  Tokens: 'Add the tokens',
  Trees: 'Grow trees',
  Examples: 'Make examples',
  'Fine-tune': 'Fine-tune',
  Explore: 'Explore',
  Compare: 'Evaluate',
  Export: 'Export',
} as const;
export type StageName = keyof typeof STAGES;

/** What every page has: the rail, the heading, the status bar. */
export class WorkbenchPage {
  readonly rail: Locator;
  readonly main: Locator;
  readonly heading: Locator;
  readonly status: Locator;

  constructor(readonly page: Page) {
    this.rail = page.getByRole('navigation', { name: 'The road' });
    this.main = page.getByRole('main');
    this.heading = this.main.getByRole('heading', { level: 1 });
    this.status = page.getByRole('contentinfo', { name: 'Status' });
  }

  /** Opens a stage's page by its entry in the rail. */
  async openStage(name: StageName): Promise<StagePage> {
    await this.stageLink(name).click();
    await expect(this.heading).toHaveText(name);
    return new StagePage(this.page, name);
  }

  /** Opens what lies beside the road. */
  async openBeside(name: 'Questions' | 'Playground' | 'Runs' | 'Settings'): Promise<WorkbenchPage> {
    await this.rail.getByRole('link', { name, exact: true }).click();
    await expect(this.heading).toHaveText(name);
    return new WorkbenchPage(this.page);
  }

  /** The rail's entry of a stage; its accessible name tells the state and the figure, too. */
  stageLink(name: StageName): Locator {
    return this.rail.getByRole('link', { name: new RegExp(`^${name}\\b`) });
  }
}

/** A stage's page: what it made, and the one button that starts it. */
export class StagePage extends WorkbenchPage {
  constructor(
    page: Page,
    readonly stage: StageName,
  ) {
    super(page);
  }

  /** Presses the primary button and gives the wizard that it opens. */
  async begin(): Promise<WizardPage> {
    await this.main.getByRole('button', { name: STAGES[this.stage], exact: true }).first().click();
    await expect(this.main.getByRole('navigation', { name: 'Steps' })).toBeVisible();
    return new WizardPage(this.page, STAGES[this.stage]);
  }
}

/** The wizard of any stage: start from, settings, check and start. */
export class WizardPage extends WorkbenchPage {
  constructor(
    page: Page,
    private readonly verb: string,
  ) {
    super(page);
  }

  async openStep(name: 'Start from' | 'Tokens' | 'Settings' | 'Check and start'): Promise<void> {
    const step = this.main.getByRole('navigation', { name: 'Steps' }).getByRole('button', { name });
    await step.click();
    await expect(step).toHaveAttribute('aria-current', 'step');
  }

  /** Picks an entry of a "start from" list, e.g. the model whose name begins so. */
  async pick(list: 'Model' | 'Questions' | 'Trees of' | 'Examples', entry: string | RegExp): Promise<void> {
    const group = this.main.getByRole('group', { name: list, exact: true });
    await this.choose(group.getByRole('radio', { name: entry }).first());
  }

  /** Chooses a radio button. The draft decides what is chosen, so the mark may follow a moment after the click. */
  async choose(radio: Locator): Promise<void> {
    await radio.click();
    await expect(radio).toBeChecked();
  }

  async choosePreset(name: 'Quick look' | 'Balanced' | 'Thorough' | 'As in the paper'): Promise<void> {
    await this.choose(this.main.getByRole('radio', { name: new RegExp(`^${name}`) }));
  }

  /** Starts the run and gives its page. */
  async start(): Promise<RunPage> {
    const button = this.main.getByRole('button', { name: this.verb, exact: true });
    await expect(button).not.toHaveAttribute('aria-disabled', 'true');
    await button.click();
    await expect(this.page).toHaveURL(/\/runs\/[^/]+$/);
    return new RunPage(this.page);
  }
}

/** One run, live. */
export class RunPage extends WorkbenchPage {
  /** Waits until the run has ended and asserts that it ended well; the message shows what went wrong otherwise. */
  async waitUntilFinished(timeoutMs: number): Promise<void> {
    await expect(this.heading).toContainText(/finished|failed|cancelled|interrupted/, { timeout: timeoutMs });
    const problem = await this.main.getByRole('alert').allInnerTexts();
    expect(problem).toEqual([]);
    await expect(this.heading).toContainText('finished');
  }
}
