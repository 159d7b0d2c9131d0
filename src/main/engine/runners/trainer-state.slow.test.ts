import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { createRng } from '@core/random/rng';
import type { Trainer } from '@core/train/trainer';
import { restoreTrainerState } from './trainer-state';

const KILLS = 24;
const BUNDLE = join('.tools', 'run', `save-forever-${process.pid}`);
const Progress = z.object({ step: z.number() });

let entry: string;
let folder: string;
beforeAll(async () => {
  // Build tools are plain JavaScript without types.
  const { bundleEntries } = (await import('../../../../scripts/ground/bundle.mjs' as string)) as {
    bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
  };
  const built = await bundleEntries({ 'save-forever': 'src/main/engine/testing/save-forever.ts' }, BUNDLE);
  entry = built['save-forever'] ?? '';
});
afterAll(() => rm(BUNDLE, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trainer-state-kill-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Restores the saved state; every number of every array, which must all be the same. */
async function readStep(): Promise<{ readonly values: Set<number>; readonly progress: number | null }> {
  const values = new Set<number>();
  const restore: Trainer['restore'] = (state) => {
    values.add(state.step);
    for (let tensor = 0; tensor < 8 && 'read' in state; tensor++) {
      const data = new Float32Array(2 ** 17);
      state.read(`weight/tensor ${tensor}`, [data]);
      for (const value of data) values.add(value);
    }
    return Promise.resolve();
  };
  const progress = await restoreTrainerState(folder, { restore }, Progress);
  return { values, progress: progress?.step ?? null };
}

it(`a saved state is whole after each of ${KILLS} kills at random moments, and leftovers go`, async () => {
  const rng = createRng('kills');
  let leftovers = 0;
  for (let kill = 0; kill < KILLS; kill++) {
    const child = spawn(process.execPath, [entry, 'forever', folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    let saved = 0;
    const wanted = 1 + rng.integer(4);
    for await (const chunk of child.stdout) {
      saved = Number(String(chunk).trim().split('\n').at(-1));
      if (saved >= wanted) break;
    }
    await new Promise((done) => setTimeout(done, rng.integer(25)));
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    leftovers += (await readdir(folder)).length > 2 ? 1 : 0;
    const { values, progress } = await readStep();
    expect([...values]).toEqual([progress]);
    // The last one that was reported, or one whose report the kill swallowed.
    expect(progress).toBeGreaterThanOrEqual(saved);
    expect((await readdir(folder)).sort()).toEqual([`trainer-${progress}.safetensors`, 'trainer.json']);
  }
  // Otherwise the kills never hit the moment that this is about.
  expect(leftovers).toBeGreaterThan(0);
});

it.runIf(process.platform === 'linux')('saving and restoring take no memory in proportion to the state', async () => {
  const bytes = 2 ** 28;
  const { stdout } = await promisify(execFile)(process.execPath, [entry, 'measure', folder, String(bytes)]);
  expect(Number(stdout)).toBeLessThan(2 ** 24);
});
