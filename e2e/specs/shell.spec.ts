import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  test('opens where it was closed last @electron', async ({ workbench }) => {
    await StartPage.opened(workbench.page);
    const place = { x: 90, y: 70, width: 1100, height: 720 };
    await workbench.electron?.evaluate(
      ({ BrowserWindow }, bounds) => BrowserWindow.getAllWindows()[0]?.setBounds(bounds),
      place,
    );
    await StartPage.opened(await workbench.reopen());
    const kept = JSON.parse(readFileSync(join(workbench.userData, 'window.json'), 'utf8')) as typeof place;
    expect(kept).toMatchObject(place);
    const now = await workbench.electron?.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    expect([now?.x, now?.y]).toEqual([place.x, place.y]);
  });

  test('keeps the key of a server in the system’s store or says that there is none, and never in plain text @electron', async ({
    workbench,
  }) => {
    const start = await StartPage.opened(workbench.page);
    const { main, page } = await start.openBeside('Settings');
    await main.getByRole('button', { name: 'Add a server' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a server' });
    await dialog.getByLabel('Name', { exact: true }).fill('Elsewhere');
    await dialog.getByLabel('Address').fill('http://127.0.0.1:9/v1');
    await dialog.getByLabel('Model', { exact: true }).fill('m');
    await dialog.getByRole('combobox').first().selectOption('store');
    const key = 'sk-never-in-plain-text';
    await dialog.locator('input[type="password"]').fill(key);
    await dialog.getByRole('button', { name: 'Save' }).click();
    const refused = dialog.getByRole('alert');
    await expect(refused.or(main.getByText('Elsewhere')).first()).toBeVisible();
    if (await refused.isVisible()) await expect(refused).toContainText('Nothing was stored.');
    for (const file of filesBelow(workbench.userData))
      expect(readFileSync(file).includes(key), `${file} holds the key`).toBe(false);
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

/** Every file of a folder; what goes away meanwhile is left out. */
function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
