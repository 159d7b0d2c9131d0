import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createRng } from '@core/random/rng';
import { settleFolder } from './atomic-folder';

const KILLS = 12;

it(`a folder is whole after each of ${KILLS} kills in the middle of replacing it`, async () => {
  const parent = await mkdtemp(join(tmpdir(), 'workbench-kill-'));
  const target = join(parent, 'model');
  const rng = createRng('kills');
  let interrupted = 0;
  try {
    for (let kill = 0; kill < KILLS; kill++) {
      const child = spawn(
        process.execPath,
        ['scripts/run.mjs', 'src/main/engine/files/testing/write-forever.ts', target],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const lines = 1 + rng.integer(4);
      let seen = 0;
      for await (const chunk of child.stdout) {
        seen += String(chunk).split('\n').length - 1;
        if (seen >= lines) break;
      }
      await new Promise((done) => setTimeout(done, rng.integer(15)));
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      interrupted += (await readdir(parent)).length > 1 ? 1 : 0;
      await settleFolder(target);
      expect(await readdir(parent)).toEqual(['model']);
      const files = await Promise.all(['a.bin', 'b.bin', 'c.bin'].map((name) => readFile(join(target, name))));
      const [first] = files[0] ?? [];
      for (const file of files) {
        expect(file.length).toBe(400_000);
        expect(file.every((byte) => byte === first)).toBe(true);
      }
    }
    // Otherwise the kills never hit the moment that this is about.
    expect(interrupted).toBeGreaterThan(0);
  } finally {
    await rm(parent, { recursive: true, force: true });
  }
});
