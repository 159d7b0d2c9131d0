import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, type Workbench } from '../fixtures';
import { LocalHost } from '../local-host';
import { StartPage } from '../pages/start.page';
import type { WorkbenchPage } from '../pages/workbench.page';

const LLAMA = {
  architectures: ['LlamaForCausalLM'],
  model_type: 'llama',
  hidden_size: 64,
  num_hidden_layers: 1,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  intermediate_size: 128,
  vocab_size: 32,
  rms_norm_eps: 1e-5,
  max_position_embeddings: 128,
  tie_word_embeddings: true,
};

/** A path that cannot be imported, and what the window must say about it. */
const MODELS: readonly { name: string; write: (folder: string) => string; says: RegExp }[] = [
  {
    name: 'a folder without weights',
    write: (folder) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(LLAMA));
      return folder;
    },
    says: /safetensors|weights/i,
  },
  {
    name: 'a safetensors file that ends too early',
    write: (folder) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(LLAMA));
      writeFileSync(join(folder, 'model.safetensors'), safetensors(100));
      return folder;
    },
    says: /truncated|ends|short|missing|bytes/i,
  },
  {
    name: 'an architecture that is not known',
    write: (folder) => {
      writeFileSync(
        join(folder, 'config.json'),
        JSON.stringify({ ...LLAMA, architectures: ['MambaForCausalLM'], model_type: 'mamba' }),
      );
      writeFileSync(join(folder, 'model.safetensors'), safetensors(8192));
      return folder;
    },
    says: /mamba/i,
  },
  {
    name: 'a pickle that calls itself safetensors',
    write: (folder) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(LLAMA));
      writeFileSync(
        join(folder, 'model.safetensors'),
        Buffer.from([0x80, 0x02, 0x7d, 0x71, 0x00, 0x58, 0x05, 0, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x2e]),
      );
      return folder;
    },
    says: /pickle/i,
  },
  {
    name: 'a GGUF file that ends too early',
    write: (folder) => {
      writeFileSync(
        join(folder, 'model.gguf'),
        Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0, 9, 0, 0, 0])]),
      );
      return join(folder, 'model.gguf');
    },
    says: /GGUF|ends/i,
  },
  { name: 'a path where nothing is', write: (folder) => join(folder, 'nothing-here'), says: /nothing-here|not|no/i },
];

test.describe('bad input', () => {
  test('is refused at the import of a model with what, where and the way out', async ({ workbench }) => {
    const start = await StartPage.opened(workbench.page);
    const model = await start.createProject('Bad models', 'own');
    await model.main
      .getByRole('button', { name: 'Import a model' })
      .or(model.main.getByRole('link', { name: 'Import a model' }))
      .first()
      .click();
    for (const [index, { name, write, says }] of MODELS.entries()) {
      const folder = join(workbench.userData, `bad-model-${index}`);
      mkdirSync(folder, { recursive: true });
      await choosePath(model, 'Where it is', write(folder));
      const alert = model.main.getByRole('alert');
      await expect(alert, name).toContainText(says);
      await expect(alert.getByText('What to do'), name).toBeVisible();
      await expect(model.main.getByRole('button', { name: 'Import', exact: true }), name).toHaveCount(0);
    }
    await workbench.screenshot('bad-model');
  });

  test('in a file of questions is left out row by row, with its line and the reason', async ({ workbench }) => {
    const path = join(workbench.userData, 'questions.jsonl');
    const rows = [
      JSON.stringify({ question: 'What is 2 + 3?', answer: '5' }),
      '{"question": "cut off',
      JSON.stringify({ question: 'What is 2 + 3?', answer: '5' }),
      JSON.stringify({ question: 'Say <verify> twice.', answer: '2' }),
      JSON.stringify({ question: '', answer: '7' }),
      JSON.stringify({ question: 'What is 4 + 4?', answer: '8' }),
    ];
    writeFileSync(path, `${rows.join('\n')}\n`);
    const page = await openQuestionImport(workbench, 'Bad rows');
    await choosePath(page, 'The file', path);
    await expect(page.main.getByText('2 questions will be imported')).toBeVisible();
    const left = page.main.getByRole('table', { name: 'Rows left out, and why' });
    for (const [line, reason] of [
      ['2', /JSON/],
      ['3', /same|twice|already|duplicate/i],
      ['4', /<verify>|functional/i],
      ['5', /empty|no question|missing/i],
    ] as const) {
      await expect(
        left.getByRole('row').filter({ has: page.page.getByRole('cell', { name: line, exact: true }) }),
        `line ${line}`,
      ).toContainText(reason);
    }
    await workbench.screenshot('bad-rows');
    await page.main.getByRole('button', { name: 'Import questions' }).click();
    await expect(page.main.getByText('What is 4 + 4?')).toBeVisible();
  });

  test('an empty file of questions is refused', async ({ workbench }) => {
    const path = join(workbench.userData, 'empty.jsonl');
    writeFileSync(path, '');
    const page = await openQuestionImport(workbench, 'Empty file');
    await choosePath(page, 'The file', path);
    await expect(page.main.getByRole('alert')).toContainText(/empty|no rows|nothing/i);
    await expect(page.main.getByRole('button', { name: 'Import questions' })).toHaveCount(0);
  });

  test('an address that leads nowhere says so and leads back', async ({ workbench }) => {
    const { page } = workbench;
    const start = await StartPage.opened(page);
    await page.evaluate(() => (location.hash = '#/p/project-gone/trees/none/at/all'));
    await expect(start.heading).toHaveText('There is no such page');
    await start.main
      .getByRole('link', { name: 'Go to the start page' })
      .or(start.main.getByRole('button', { name: 'Go to the start page' }))
      .click();
    await StartPage.opened(page);
  });
});

test.describe('a data folder @browser', () => {
  test('that another workbench has open is left alone', async ({ userData }) => {
    const first = await LocalHost.start(userData);
    await expect(LocalHost.start(userData)).rejects.toThrow(/already works in this data folder/);
    await first.stop();
    const next = await LocalHost.start(userData);
    await next.stop();
  });

  test('is free again after its workbench was killed', async ({ userData }) => {
    const first = await LocalHost.start(userData);
    await first.kill();
    const next = await LocalHost.start(userData);
    await next.stop();
  });

  test('with a damaged database is refused, and the file is not touched', async ({ userData }) => {
    const path = join(userData, 'workbench', 'workbench.db');
    mkdirSync(join(userData, 'workbench'), { recursive: true });
    writeFileSync(path, 'This is no database. '.repeat(500));
    await expect(LocalHost.start(userData)).rejects.toThrow(/damaged.*set-aside-database/s);
    expect(readFileSync(path, 'utf8')).toContain('This is no database.');
  });
});

async function openQuestionImport(workbench: Workbench, project: string): Promise<WorkbenchPage> {
  const start = await StartPage.opened(workbench.page);
  await start.createProject(project, 'own');
  const questions = await start.openBeside('Questions');
  await questions.main
    .getByRole('button', { name: 'Import questions' })
    .or(questions.main.getByRole('link', { name: 'Import questions' }))
    .first()
    .click();
  return questions;
}

async function choosePath(page: WorkbenchPage, label: string, path: string): Promise<void> {
  await page.main.getByRole('textbox', { name: label }).fill(path);
  await page.main.getByRole('button', { name: 'Choose', exact: true }).click();
}

/** A file with one tensor of 8192 bytes, of which only so many are there. */
function safetensors(presentBytes: number): Buffer {
  const header = JSON.stringify({
    'model.embed_tokens.weight': { dtype: 'F32', shape: [32, 64], data_offsets: [0, 8192] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, Buffer.from(header), Buffer.alloc(presentBytes)]);
}
