import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';

const turns = (question: string, response: string) =>
  JSON.stringify({
    conversations: [
      { from: 'human', value: question },
      { from: 'gpt', value: response },
    ],
  });

test('examples come in from a ShareGPT file, bad rows by name, and go out in another layout', async ({ workbench }) => {
  const { page, userData } = workbench;
  const file = join(userData, 'chats.jsonl');
  const good = [1, 2, 3].map((n) =>
    turns(`What is ${n} + ${n}?`, `<next_step>\n${n} + ${n} = ${2 * n}\n</next_step>\n<output>\n${2 * n}\n</output>`),
  );
  writeFileSync(file, [...good, turns('What is 4 + 4?', '<verify>never closed')].join('\n'));

  await new StartPage(page).createProject('Data', 'embedded');
  const main = page.getByRole('main');
  await page
    .getByRole('navigation', { name: 'The road' })
    .getByRole('link', { name: /^Examples\b/ })
    .click();
  await main.getByRole('link', { name: 'Import examples' }).click();
  await main.getByRole('textbox', { name: 'The file' }).fill(file);
  await page.keyboard.press('Enter');
  await expect(main.getByText('3 examples will be imported')).toBeVisible();
  await expect(main.getByRole('row', { name: /4.*not closed/ })).toBeVisible();
  await main.getByRole('button', { name: 'Import examples' }).click();

  await main.getByRole('button', { name: 'Export…' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export examples' });
  await dialog.getByLabel('Layout').selectOption({ label: 'Alpaca' });
  const out = join(userData, 'out.jsonl');
  writeFileSync(out, 'mine');
  await dialog.getByLabel('File', { exact: true }).fill(out);
  await dialog.getByRole('button', { name: 'Write 3 examples' }).click();
  await expect(dialog.getByRole('alert')).toContainText('There is already a file');
  expect(readFileSync(out, 'utf8')).toBe('mine');
  await dialog.getByLabel('Replace the file that is there').check();
  await dialog.getByRole('button', { name: 'Write 3 examples' }).click();
  await expect(dialog.getByRole('status')).toContainText('3 rows written');
  const [first] = readFileSync(out, 'utf8').split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({ instruction: 'What is 1 + 1?', input: '' });
  expect(existsSync(`${out}.tmp`)).toBe(false);
});

test('a server is refused at the field, and one that cannot be reached is told in words', async ({ workbench }) => {
  const { page } = workbench;
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByRole('button', { name: 'Add a server' }).click();
  const dialog = page.getByRole('dialog', { name: 'Add a server' });
  await dialog.getByLabel('Address').fill('https://me:secret@host/v1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByLabel('Address')).toHaveAccessibleDescription(/without a key/);
  await dialog.getByLabel('Name', { exact: true }).fill('Nowhere');
  await dialog.getByLabel('Model', { exact: true }).fill('m');
  await dialog.getByLabel('Address').fill('http://127.0.0.1:9/v1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('alert')).toContainText('“Nowhere” cannot be reached');
});
