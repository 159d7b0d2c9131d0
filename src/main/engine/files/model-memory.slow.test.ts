import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const LAYERS = 8;
/** Pieces under way and what the collector has not taken yet: 75 MB were measured, whatever the model's size. */
const MOST_BYTES = 128 << 20;

it.runIf(process.platform === 'linux')('writing a model and loading it never hold its weights twice', async () => {
  // Build tools are plain JavaScript without types.
  const { bundleEntries } = (await import('../../../../scripts/ground/bundle.mjs' as string)) as {
    bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
  };
  const bundle = join('.tools', 'run', `write-and-load-${process.pid}`);
  const folder = await mkdtemp(join(tmpdir(), 'workbench-memory-'));
  try {
    const built = await bundleEntries({ 'write-and-load': 'src/main/engine/testing/write-and-load.ts' }, bundle);
    const { stdout } = await promisify(execFile)(process.execPath, [
      built['write-and-load'] ?? '',
      folder,
      String(LAYERS),
    ]);
    const { bytes, grown } = JSON.parse(stdout) as { bytes: number; grown: number };
    expect(bytes).toBeGreaterThan(4 * MOST_BYTES);
    expect(grown).toBeLessThan(MOST_BYTES);
  } finally {
    await Promise.all([bundle, folder].map((path) => rm(path, { recursive: true, force: true })));
  }
});
