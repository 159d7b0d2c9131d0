import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '../fixtures';
import { StartPage } from '../pages/start.page';

const HIDDEN = 192;

/** A PEFT folder for q_proj of every layer of a model of this width, as PEFT writes it. */
function writeAdapter(folder: string, { width, layers }: { width: number; layers: number }): string {
  mkdirSync(folder, { recursive: true });
  const config = {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: 'somebody/workbook-2m',
    r: 2,
    lora_alpha: 4,
    lora_dropout: 0,
    target_modules: ['q_proj'],
    bias: 'none',
  };
  writeFileSync(join(folder, 'adapter_config.json'), JSON.stringify(config));
  const shapes = Array.from({ length: layers }, (_, layer) => {
    const stem = `base_model.model.model.layers.${layer}.self_attn.q_proj`;
    return [
      [`${stem}.lora_A.weight`, [2, width]],
      [`${stem}.lora_B.weight`, [width, 2]],
    ] as const;
  }).flat();
  let at = 0;
  const entries = shapes.map(([name, shape]) => {
    const begin = at;
    at += shape[0]! * shape[1]! * 4;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, at] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.from(json.padEnd(Math.ceil(json.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  const numbers = Buffer.from(new Float32Array(at / 4).fill(0.001).buffer);
  writeFileSync(join(folder, 'adapter_model.safetensors'), Buffer.concat([length, header, numbers]));
  return folder;
}

test('an adapter is checked against its base, laid over it, and is then a model like any other', async ({
  workbench,
}) => {
  test.setTimeout(300_000);
  const start = await StartPage.opened(workbench.page);
  const model = await start.createProject('Adapters', 'embedded');
  await model.main.getByRole('link', { name: 'Import a model' }).first().click();
  const choosePath = async (path: string) => {
    await model.main.getByRole('textbox', { name: 'Where it is' }).fill(path);
    await model.main.getByRole('button', { name: 'Choose', exact: true }).click();
  };
  const button = model.main.getByRole('button', { name: 'Import', exact: true });

  await choosePath(writeAdapter(join(workbench.userData, 'too-narrow'), { width: 64, layers: 4 }));
  await expect(model.main.getByText('PEFT adapter (LoRA)')).toBeVisible();
  const alert = model.main.getByRole('alert');
  await expect(alert).toContainText('[2, 64] where [2, 192] belongs');
  await expect(alert.getByText('What to do')).toBeVisible();
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await alert.scrollIntoViewIfNeeded();
  await workbench.screenshot('adapter-misfit');

  await choosePath(writeAdapter(join(workbench.userData, 'steady'), { width: HIDDEN, layers: 4 }));
  await expect(model.main.getByRole('status').filter({ hasText: 'Fits' })).toBeVisible();
  await expect(button).not.toHaveAttribute('aria-disabled', 'true');
  await button.scrollIntoViewIfNeeded();
  await workbench.screenshot('adapter-fits');
  await button.click();
  const row = model.main.getByRole('link', { name: 'steady', exact: true });
  await expect(row).toBeVisible({ timeout: 120_000 });
  await row.click();
  const inspector = workbench.page.getByRole('complementary').filter({ hasText: 'Made from' });
  await expect(inspector.getByRole('link', { name: /workbook|small model/i }).first()).toBeVisible();
  await workbench.screenshot('adapter-imported');

  const wizard = await (await model.openStage('Export')).begin();
  await wizard.pick('Model', /^steady/);
  await wizard.openStep('Check and start');
  await (await wizard.start()).waitUntilFinished(120_000);
});
