import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fuzzAsync, FUZZ_TIMEOUT, mutateBytes } from '@core/testing/mutants';
import { readParquet } from './parquet';

/** Three questions and answers, written by pyarrow 26.0.1 with Snappy. */
const FILE = Buffer.from(
  [
    'UEFSMRUEFVAVVEwVBhUAEgAAKJwMAAAAT25lIGFuZCBvbmU/CgAAAEhhbGYgb2YgNz8GAAAAVGhyZWU/FQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYBAgMkABUE',
    'FSwVMEwVBhUAEgAAFlQBAAAAMgMAAAAzLjUGAAAAIyMjIyAzFQAVFBUYLBUGFRAVBhUGHAAAAAokAgAAAAYBAgMkABUEGTw1ABgGc2NoZW1hFQQAFQwlAhgIcXVl',
    'c3Rpb24lAEwcAAAAFQwlAhgGYW5zd2VyJQBMHAAAABYGGRwZLCYAHBUMGTUABhAZGAhxdWVzdGlvbhUCFgYWpgEWrgEmeCYIKSwVBBUAFQIAFQAVEBUCADwWOBkG',
    'GSYABgAAACYAHBUMGTUABhAZGAZhbnN3ZXIVAhYGFoIBFooBJoICJrYBKSwVBBUAFQIAFQAVEBUCADwWFBkGGSYABgAAABaoAhYGJggWuAIAKCBwYXJxdWV0LWNw',
    'cC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRksHAAAHAAAAPMAAABQQVIx',
  ].join(''),
  'base64',
);

const folder = mkdtempSync(join(tmpdir(), 'fuzz-parquet-'));
const path = join(folder, 'q.parquet');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function readAll(bytes: Uint8Array): Promise<unknown[]> {
  writeFileSync(path, bytes);
  const rows: unknown[] = [];
  for await (const row of readParquet(path)) rows.push('cells' in row ? row.cells : row);
  return rows;
}

it('reads the file before it is damaged', async () => {
  expect(await readAll(FILE)).toEqual([
    { question: 'One and one?', answer: '2' },
    { question: 'Half of 7?', answer: '3.5' },
    { question: 'Three?', answer: '#### 3' },
  ]);
});

it(
  'a damaged Parquet file is read or refused, and nothing else happens',
  async () => {
    const { refused } = await fuzzAsync('parquet', {
      mutate: (rng) => mutateBytes([FILE], rng),
      parse: async (bytes) => void (await readAll(bytes)),
    });
    expect(refused).toBeGreaterThan(0.2);
    expect(refused).toBeLessThan(1);
  },
  FUZZ_TIMEOUT,
);
