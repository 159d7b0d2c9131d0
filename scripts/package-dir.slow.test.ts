import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';

/** Without a build (`npm run build`) there is nothing to package. */
const isBuilt = existsSync(resolve('out/main/local-host.cjs'));

describe.skipIf(!isBuilt)('package:dir', () => {
  it('makes a folder that serves the window and whose packages load their binaries, away from the project', async () => {
    const work = mkdtempSync(join(tmpdir(), 'workbench-package-'));
    const folder = join(work, 'program');
    try {
      const packed = spawnSync(process.execPath, ['scripts/package-dir.mjs', '--into', folder], { encoding: 'utf8' });
      expect(packed.stderr).toBe('');
      expect(existsSync(join(folder, 'node_modules/onnxruntime-node/bin/napi-v6/linux/arm64'))).toBe(
        process.platform === 'linux' && process.arch === 'arm64',
      );
      expect((await getWindow(folder, join(work, 'data'))).status).toBe(200);
      const backends = spawnSync(
        process.execPath,
        ['-p', 'require("onnxruntime-node").listSupportedBackends().map(({ name }) => name).join()'],
        { cwd: folder, encoding: 'utf8' },
      );
      expect(backends.stdout).toContain('cpu');
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  });
});

/** Starts the packaged local host and asks for its page. */
async function getWindow(folder: string, data: string): Promise<Response> {
  const host = spawn(
    process.execPath,
    [join(folder, 'out/main/local-host.cjs'), '--data', data, '--renderer', join(folder, 'out/renderer')],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = new Promise((done) => host.once('exit', done));
  try {
    for await (const line of createInterface({ input: host.stdout })) {
      const [, address] = /^WORKBENCH_URL=(\S+)$/.exec(line) ?? [];
      if (address !== undefined) return await fetch(address);
    }
    throw new Error('The packaged host ended before it was ready.');
  } finally {
    host.kill();
    await ended;
  }
}
