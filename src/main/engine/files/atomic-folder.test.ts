import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WorkbenchError } from '@core/errors';
import { settleFolder, writeFolderAtomically } from './atomic-folder';

/** Larger than any process number. */
const DEAD = 2 ** 31 - 2;

let parent = '';
let target = '';
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'workbench-atomic-'));
  target = join(parent, 'model');
});
afterEach(() => rm(parent, { recursive: true, force: true }));

const fillWith = (text: string) =>
  writeFolderAtomically(target, (writer) => writer.write('a.txt', text), { replace: true });
const content = () => readFile(join(target, 'a.txt'), 'utf8');

async function leaveBehind(name: string, text: string): Promise<void> {
  await mkdir(join(parent, name));
  await writeFile(join(parent, name, 'a.txt'), text);
}

describe('writeFolderAtomically', () => {
  it('writes files in folders of their own and replaces what was there', async () => {
    await fillWith('old');
    await writeFolderAtomically(
      target,
      async (writer) => {
        await writer.write('sub/b.txt', 'text');
        await writer.write('c.bin', [Uint8Array.of(1, 2), Uint8Array.of(3)]);
      },
      { replace: true },
    );
    expect((await readdir(target)).sort()).toEqual(['c.bin', 'sub']);
    expect([...(await readFile(join(target, 'c.bin')))]).toEqual([1, 2, 3]);
    expect(await readdir(parent)).toEqual(['model']);
  });

  it('tells a full disk, keeps the old folder and removes the half-written one', async () => {
    await fillWith('old');
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const writing = writeFolderAtomically(
      target,
      async (writer) => {
        await writer.write('a.txt', 'new');
        throw full;
      },
      { replace: true },
    );
    await expect(writing).rejects.toMatchObject({
      kind: 'resource',
      facts: { code: 'disk-full', wayOut: expect.stringContaining('Free some space') as string },
    });
    expect(await content()).toBe('old');
    expect(await readdir(parent)).toEqual(['model']);
  });

  it('lets an error that is no file system error through', async () => {
    const own = new WorkbenchError('numeric', 'NaN', { code: 'weights-not-finite' });
    await expect(writeFolderAtomically(target, () => Promise.reject(own))).rejects.toBe(own);
    expect(await readdir(parent)).toEqual([]);
  });
});

describe('settleFolder', () => {
  it('brings a folder back that a killed process had put aside', async () => {
    await leaveBehind(`.model.${DEAD}.0a1b2c3d.replaced`, 'old');
    await leaveBehind(`.model.${DEAD}.0a1b2c3e.partial`, 'half');
    await settleFolder(target);
    expect(await readdir(parent)).toEqual(['model']);
    expect(await content()).toBe('old');
  });

  it('removes what was put aside once its successor has arrived', async () => {
    await fillWith('new');
    await leaveBehind(`.model.${DEAD}.0a1b2c3d.replaced`, 'old');
    await settleFolder(target);
    expect(await readdir(parent)).toEqual(['model']);
    expect(await content()).toBe('new');
  });

  it('leaves folders of living processes and of others alone', async () => {
    const names = [
      `.model.${process.pid}.0a1b2c3d.partial`,
      `.model2.${DEAD}.0a1b2c3d.partial`,
      '.model.x.partial',
      '.model',
    ];
    for (const name of names) await leaveBehind(name, '');
    await settleFolder(target);
    expect((await readdir(parent)).sort()).toEqual([...names].sort());
  });

  it('does nothing where there is no such place', async () => {
    await settleFolder(join(parent, 'nowhere/model'));
    expect(await readdir(parent)).toEqual([]);
  });
});
