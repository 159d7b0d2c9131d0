import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startCompletionsServer, type CompletionsServer, type Fault } from '../testing/completions-server';
import { searchOnServer } from '../testing/search-on-server';

const KEY = 'sk-a-key-that-nobody-may-write-down';
let server: CompletionsServer;
let folder: string;
beforeEach(async () => {
  server = await startCompletionsServer();
  folder = mkdtempSync(join(tmpdir(), 'remote-search-'));
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const search = (change: { server?: object; config?: object; questions?: number } = {}) =>
  searchOnServer({ folder, key: KEY, ...change, server: { url: server.url, ...change.server } });

it('grows trees by a server alone, with its key in the request and nowhere else', async () => {
  const { settled, trees, log, said } = await search();
  expect(settled.error).toBeNull();
  expect(trees).toHaveLength(3);
  expect(trees.every(({ nodes }) => nodes.length > 1)).toBe(true);
  expect(server.asked.every(({ headers }) => headers.authorization === `Bearer ${KEY}`)).toBe(true);
  expect(server.asked[0]?.body).toMatchObject({ model: 'm', n: 1, logprobs: 1, stream: false });
  expect(log.join('\n')).toMatch(/answered \d+ requests \(0 sent again\): \d+ tokens read/);
  expect(JSON.stringify(said)).not.toContain(KEY);
  expect(filesWith(folder, KEY)).toEqual([]);
});

it('lives through everything that may be another time: dropped, stalled, halved, cut, busy, broken, garbled', async () => {
  const faults: Fault[] = ['drop', 'stall', 'half', 'cut', 'busy', 'broken', 'no-json', 'redirect'];
  server.faults.push(...faults);
  const { settled, trees, log } = await search({ server: { maxTries: 12 } });
  expect(settled.error).toBeNull();
  expect(trees).toHaveLength(3);
  expect(log.filter((line) => /; try \d+ in/.test(line))).toHaveLength(faults.length);
}, 60_000);

it('ends in words with what was made kept, where the server lies', async () => {
  const { trees } = await search({ questions: 1 });
  expect(trees).toHaveLength(1);
  rmSync(join(folder, 'state'), { recursive: true });
  server.faults.push('positive');
  const { settled } = await search();
  expect(settled).toMatchObject({
    outcome: 'failed',
    error: { facts: { code: 'server-logprobs-wrong', where: server.url } },
  });
  expect(settled.error?.message).toMatch(/token 1 is 2/);
  expect(settled.error?.facts.kept).toBeTruthy();
});

it('a budget ends the run before it is overstepped, also after a resume', async () => {
  const { settled, trees } = await search({
    questions: 8,
    server: { budgetTokens: 2500 },
    config: { maxAnswerTokens: 32, maxStepTokens: 32 },
  });
  expect(settled.error?.facts.code).toBe('server-budget-spent');
  expect(trees.length).toBeGreaterThan(0);
  const asked = server.asked.length;
  const again = await search({
    questions: 8,
    server: { budgetTokens: 2500 },
    config: { maxAnswerTokens: 32, maxStepTokens: 32 },
  });
  expect(again.settled.error?.facts.code).toBe('server-budget-spent');
  expect(server.asked.length - asked).toBeLessThan(asked / 2);
});

function filesWith(root: string, text: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(root, name);
    return statSync(path).isFile() && readFileSync(path, 'utf8').includes(text);
  });
}
