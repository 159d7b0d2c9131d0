import { mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { READ_CHUNK_BYTES, readChunks, readSideBySide } from './read-file';

let folder = '';
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'workbench-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

async function withFile<T>(
  bytes: Uint8Array,
  body: (file: Awaited<ReturnType<typeof open>>) => Promise<T>,
): Promise<T> {
  const path = join(folder, 'bytes');
  await writeFile(path, bytes);
  const file = await open(path);
  try {
    return await body(file);
  } finally {
    await file.close();
  }
}

const pattern = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);

describe('readSideBySide', () => {
  it('fills more arrays than one call of the system takes', async () => {
    const bytes = pattern(3 + 5 * 2500);
    const arrays = Array.from({ length: 2500 }, () => new Uint8Array(5));
    await withFile(bytes, (file) => readSideBySide(file, arrays, 3, 'bytes'));
    expect(Buffer.concat(arrays).equals(bytes.subarray(3))).toBe(true);
  });

  it('says where a file ends too early', async () => {
    const arrays = [new Uint8Array(4), new Uint8Array(4)];
    const reading = withFile(pattern(9), (file) => readSideBySide(file, arrays, 3, 'bytes'));
    await expect(reading).rejects.toMatchObject({ code: 'file-truncated', message: expect.stringContaining('byte 9') });
  });
});

describe('readChunks', () => {
  it('gives every byte in order, the last chunk short', async () => {
    const bytes = pattern(2 * READ_CHUNK_BYTES + 77);
    const chunks: Buffer[] = [];
    const offsets: number[] = [];
    await withFile(bytes, (file) =>
      readChunks(file, 10, bytes.length, 'bytes', (chunk, offset) => {
        offsets.push(offset);
        chunks.push(Buffer.from(chunk));
      }),
    );
    expect(offsets).toEqual([0, READ_CHUNK_BYTES, 2 * READ_CHUNK_BYTES]);
    expect(Buffer.concat(chunks).equals(bytes.subarray(10))).toBe(true);
  });
});
