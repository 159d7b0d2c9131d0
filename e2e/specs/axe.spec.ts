import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Pages that need no run, as addresses inside a project. */
const PAGES = [
  '',
  'model',
  'model/import',
  'questions',
  'questions/import',
  'tokens',
  'tokens/new',
  'trees',
  'trees/new',
  'examples',
  'examples/new',
  'fine-tune',
  'fine-tune/new',
  'explore',
  'explore/new',
  'compare',
  'compare/new',
  'export',
  'export/new',
  'playground',
  'runs',
];

/** The same page in both shells: one look is enough (@browser). */
for (const theme of ['light', 'dark'] as const) {
  test(`every page is free of accessibility faults, ${theme} @browser`, async ({ workbench }) => {
    test.setTimeout(600_000);
    const { page } = workbench;
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const start = await StartPage.opened(page);
    const found: string[] = [];
    const examine = async (where: string): Promise<void> => {
      await expect(start.heading).toBeVisible();
      await expect(page.getByText('Loading', { exact: true })).toHaveCount(0);
      const { violations } = await new AxeBuilder({ page }).withTags(RULES).analyze();
      found.push(
        ...violations.map(
          ({ id, nodes }) => `${where}: ${id} at ${nodes.map((node) => node.target.join(' ')).join(', ')}`,
        ),
      );
    };
    await examine('start');
    await start.createProject('For everybody', 'embedded');
    const [, project = ''] = /#\/p\/([^/]+)\//.exec(page.url()) ?? [];
    for (const path of PAGES) {
      await page.evaluate((hash) => (location.hash = hash), `#/p/${project}/${path}`);
      await examine(path);
    }
    await page.evaluate(() => (location.hash = '#/guide'));
    await examine('guide');
    await page.evaluate(() => (location.hash = '#/settings'));
    await examine('settings');
    expect(found).toEqual([]);
  });
}
