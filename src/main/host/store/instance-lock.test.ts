import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WorkbenchError } from '@core/errors';
import { makeTestFolder } from '../testing/test-host';
import { takeInstanceLock } from './instance-lock';

let folder: ReturnType<typeof makeTestFolder>;
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => folder.remove());

it('lets one instance in at a time and names the other', () => {
  const first = takeInstanceLock(folder.path, 1);
  const refusal = (() => {
    try {
      takeInstanceLock(folder.path, 2);
    } catch (error) {
      return error;
    }
    return null;
  })();
  expect(refusal).toBeInstanceOf(WorkbenchError);
  expect(refusal).toMatchObject({ kind: 'conflict', code: 'already-open', facts: { details: { pid: process.pid } } });
  first.release();
  takeInstanceLock(folder.path, 3).release();
});

it('is let go by the system when its process is killed', () => {
  const script = `
    const Sqlite = require('better-sqlite3');
    new Sqlite(process.argv[1] + '/instance.lock').exec('BEGIN EXCLUSIVE');
    process.kill(process.pid, 'SIGKILL');`;
  const child = spawnSync(process.execPath, ['-e', script, folder.path]);
  expect(child.signal).toBe('SIGKILL');
  takeInstanceLock(folder.path, 1).release();
});
