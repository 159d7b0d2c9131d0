import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readModelConfig } from '@core/models/registry';
import { FIXTURES, hasFixtures, listFixtures } from '@core/testing/fixtures';
import { readAdapterFolder } from './adapter-folder';

const names = listFixtures('lora', 'adapter_config.json');

it.skipIf(!hasFixtures)('finds adapters to check', () => expect(names.length).toBeGreaterThan(0));

/** The model that an adapter names as its base, as PEFT finds it. */
async function baseOf(folder: string) {
  const { config } = await readAdapterFolder(folder);
  const path = resolve(folder, config.baseModelPath);
  if (!existsSync(join(path, 'config.json'))) return null;
  return { config: readModelConfig(JSON.parse(readFileSync(join(path, 'config.json'), 'utf8'))), name: path };
}

describe.each(names)('the adapter %s', (name) => {
  const folder = join(FIXTURES, 'lora', name);

  it('fits its own base, and no base of another shape', async () => {
    const own = await baseOf(folder);
    if (own === null) return;
    await expect(readAdapterFolder(folder, own)).resolves.toBeDefined();
    const { config } = own;
    for (const change of [
      { hiddenSize: config.hiddenSize * 2 },
      { numLayers: config.numLayers + 1 },
      { numLayers: config.numLayers - 1 },
      { headDim: config.headDim * 2 },
    ]) {
      const base = { config: { ...config, ...change }, name: 'another' };
      await expect(readAdapterFolder(folder, base), JSON.stringify(change)).rejects.toMatchObject({
        code: 'adapter-base',
      });
    }
  });
});
