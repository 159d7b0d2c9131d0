import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { WorkbenchError } from '@core/errors';
import {
  bytesOf,
  describeWriteFailure,
  readBinaryState,
  readJsonState,
  writeAtomic,
  writeJsonAtomic,
} from './run-state';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-state-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const parse = (value: unknown) => z.object({ step: z.number() }).parse(value);

it('reads back what it wrote, also into a folder that was not there', () => {
  const path = join(folder, 'a', 'state.json');
  expect(readJsonState(path, parse)).toBeNull();
  writeJsonAtomic(path, { step: 7 });
  expect(readJsonState(path, parse)).toEqual({ step: 7 });
  const moments = Float32Array.of(1.5, -2.5);
  writeAtomic(join(folder, 'moments.bin'), [bytesOf(moments), bytesOf(moments)]);
  const bytes = readBinaryState(join(folder, 'moments.bin'));
  expect(bytes?.byteLength).toBe(16);
  expect(new Float32Array(bytes?.buffer ?? new ArrayBuffer(0))).toEqual(Float32Array.of(1.5, -2.5, 1.5, -2.5));
});

it('leaves the old file whole when a write fails, and nothing beside it', () => {
  const path = join(folder, 'state.json');
  writeJsonAtomic(path, { step: 1 });
  expect(() => writeJsonAtomic(path, { step: Number.NaN })).toThrow(/"step" is NaN/);
  expect(readFileSync(path, 'utf8')).toBe('{"step":1}');
  expect(readdirSync(folder)).toEqual(['state.json']);
});

it('says when a state file is damaged', () => {
  const path = join(folder, 'state.json');
  for (const content of ['{"step":', '{"step":"seven"}']) {
    writeFileSync(path, content);
    const read = () => readJsonState(path, parse);
    expect(read).toThrow(WorkbenchError);
    expect(read).toThrow(/cannot be read/);
  }
});

it('names a full disk and the way out', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(describeWriteFailure('/data/state.bin', full)).toMatchObject({
    kind: 'resource',
    code: 'disk-full',
    facts: { where: '/data/state.bin', kept: expect.any(String), wayOut: expect.stringContaining('resume') },
  });
});

it('fails with a reason where it may not write', () => {
  // A file stands where the folder should be.
  writeFileSync(join(folder, 'file'), '');
  const write = () => writeJsonAtomic(join(folder, 'file', 'state.json'), { step: 1 });
  expect(write).toThrow(expect.objectContaining({ kind: 'external' }));
});
