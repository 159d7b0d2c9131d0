import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';

test.describe('the window', () => {
  test('opens on the start page and says what to do next', async ({ workbench }) => {
    const start = await StartPage.opened(workbench.page);
    await expect(workbench.page).toHaveTitle(/RFTT Workbench/);
    await expect(start.main.getByRole('button', { name: 'New project' })).toBeVisible();
    await expect(start.status).toContainText('memory');
    await workbench.screenshot('start-empty');
  });

  test('keeps projects when it is closed and opened again', async ({ workbench }) => {
    const start = await StartPage.opened(workbench.page);
    await start.createProject('Kept over a restart', 'own');
    const again = await StartPage.opened(await workbench.reopen());
    await again.openProject('Kept over a restart');
  });

  test('takes the theme from the settings and keeps it', async ({ workbench }) => {
    const start = await StartPage.opened(workbench.page);
    const settings = await start.openBeside('Settings');
    await settings.main.getByRole('combobox', { name: 'Theme' }).selectOption('Dark');
    await expect(workbench.page.locator('html')).toHaveAttribute('data-theme', 'dark');
    await workbench.screenshot('settings-dark');
    const page = await workbench.reopen();
    await StartPage.opened(page);
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  });

  test('reaches every control of the start page by keyboard', async ({ workbench }) => {
    const { page } = workbench;
    const start = await StartPage.opened(page);
    await expect(start.main.getByRole('button', { name: 'New project' })).toBeVisible();
    const reached: string[] = [];
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.textContent?.trim() ?? ''));
    }
    expect(reached).toEqual(expect.arrayContaining(['Skip to the page', 'New project']));
    await start.main.getByRole('button', { name: 'New project' }).focus();
    await page.keyboard.press('Enter');
    await expect(start.main.getByRole('form', { name: 'New project' }).getByLabel('Name')).toBeFocused();
  });

  test('gives the page nothing of Node or Electron but the one port @electron', async ({ workbench }) => {
    const found = await workbench.page.evaluate(() => ({
      require: typeof Reflect.get(globalThis, 'require'),
      process: typeof Reflect.get(globalThis, 'process'),
      shell: JSON.stringify(Reflect.get(globalThis, 'shell')),
      origin: location.origin,
    }));
    expect(found).toEqual({
      require: 'undefined',
      process: 'undefined',
      shell: '{"kind":"electron"}',
      origin: 'app://workbench',
    });
  });

  test('loads nothing from elsewhere @electron', async ({ workbench }) => {
    workbench.tolerate(/Refused to connect|ERR_|Content Security Policy/);
    const outcome = await workbench.page.evaluate(() =>
      fetch('https://example.org/').then(
        () => 'loaded',
        () => 'refused',
      ),
    );
    expect(outcome).toBe('refused');
  });
});
