import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobSpec } from '@contracts/jobs';
import type { Server } from '@contracts/servers';
import { startCompletionsServer, type CompletionsServer } from '../../engine/testing/completions-server';
import { makeTestFolder, TestHost } from '../testing/test-host';
import type { SecretStore } from './server-keys';

const KEY = 'sk-a-key-that-nobody-may-write-down';
/** Stands for the operating system: what it seals cannot be read without it. */
const STORE: SecretStore = {
  name: 'test store',
  seal: (text) => Promise.resolve(Buffer.from([...text].reverse().join('')).toString('hex')),
  open: (sealed) => Promise.resolve([...Buffer.from(sealed, 'hex').toString()].reverse().join('')),
};

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
let far: CompletionsServer;
beforeEach(async () => {
  folder = makeTestFolder();
  far = await startCompletionsServer();
  host = new TestHost(folder.path, { secrets: STORE });
});
afterEach(async () => {
  await host.host.close(0);
  await far.close();
  folder.remove();
});

const facts = (change: Partial<Server> = {}) => ({
  ...{ id: null, name: 'Far', url: far.url, model: 'm', keySource: 'none' as const, keyName: '' },
  ...{ maxInFlight: 8, requestsPerMinute: null, tokensPerMinute: null, timeoutSeconds: 5, maxTries: 2 },
  ...{ budgetTokens: null, pricePromptPerMillion: 0, priceNewPerMillion: 0, budgetMoney: null },
  ...change,
});

describe('servers', () => {
  it('nothing is contacted before a person tests a server or starts a search on it', async () => {
    await host.client.servers.save({ server: facts(), key: null });
    await host.client.servers.list({});
    host.makeProject();
    expect(far.asked).toHaveLength(0);
    const { id } = (await host.client.servers.list({})).servers[0]!;
    const tested = await host.client.servers.test({ id });
    expect(tested).toMatchObject({ countsTokens: true });
    expect(tested.tokens).toBeGreaterThan(0);
  });

  it('a key goes to the operating system’s store, to the server and to the engine, and is written nowhere', async () => {
    const saved = await host.client.servers.save({ server: facts({ keySource: 'store' }), key: KEY });
    expect(await host.client.servers.list({})).toMatchObject({ servers: [{ hasKey: true }], keyStore: 'test store' });
    await host.client.servers.test({ id: saved.id });
    expect(far.asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
    const { projectId, checkpointId, questionSetId } = host.makeProject();
    const spec = JobSpec.parse({ kind: 'search', checkpointId, questionSetId, config: { server: 'Far' } });
    const run = await host.client.runs.start({ projectId, spec });
    const engine = await host.engine();
    const start = engine.received.find((message) => message.type === 'start');
    expect(start).toMatchObject({ serverKey: KEY, job: { server: { name: 'Far', url: far.url } } });
    expect(JSON.stringify(engine.job)).not.toContain('keySource');
    engine.finish();
    await host.services.jobs.whenIdle();
    expect(JSON.stringify(await host.client.runs.get({ id: run.id }))).not.toContain(KEY);
    host.services.db.pragma('wal_checkpoint(TRUNCATE)');
    const files = readdirSync(folder.path, { recursive: true, encoding: 'utf8' }).map((name) =>
      join(folder.path, name),
    );
    const holding = files.filter((path) => statSync(path).isFile() && readFileSync(path).includes(KEY));
    expect(holding).toEqual([]);
    const sealed = join(folder.path, 'data', 'server-keys.json');
    if (process.platform !== 'win32') expect(statSync(sealed).mode & 0o777).toBe(0o600);
    await host.client.servers.remove({ id: saved.id });
    expect(readFileSync(sealed, 'utf8')).toBe('{}');
  });

  it('a key file that others may read is refused, and one of one’s own is read', async () => {
    const path = join(folder.path, 'key');
    writeFileSync(path, `${KEY}\n`, { mode: 0o644 });
    const { id } = await host.client.servers.save({ server: facts({ keySource: 'file', keyName: path }), key: null });
    if (process.platform !== 'win32')
      await expect(host.client.servers.test({ id })).rejects.toMatchObject({
        data: { facts: { code: 'server-key-open' } },
      });
    expect(far.asked).toHaveLength(0);
    chmodSync(path, 0o600);
    await host.client.servers.test({ id });
    expect(far.asked[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('a key that is not there stops a run before anything is sent', async () => {
    const missing = facts({ keySource: 'environment', keyName: 'WORKBENCH_NO_SUCH_KEY' });
    await host.client.servers.save({ server: missing, key: null });
    const { projectId, checkpointId, questionSetId } = host.makeProject();
    const spec = JobSpec.parse({ kind: 'search', checkpointId, questionSetId, config: { server: 'Far' } });
    const run = await host.client.runs.start({ projectId, spec });
    await host.services.jobs.whenIdle();
    expect(await host.client.runs.get({ id: run.id })).toMatchObject({
      status: 'failed',
      error: { facts: { code: 'server-key-missing' } },
    });
    expect(far.asked).toHaveLength(0);
  });

  it('a search that a server cannot serve is refused at the start', async () => {
    const { projectId, checkpointId, questionSetId } = host.makeProject();
    const start = (config: object) =>
      host.client.runs.start({
        projectId,
        spec: JobSpec.parse({ kind: 'search', checkpointId, questionSetId, config: { server: 'Far', ...config } }),
      });
    await expect(start({})).rejects.toMatchObject({ data: { facts: { code: 'server-gone' } } });
    await host.client.servers.save({ server: facts(), key: null });
    await expect(start({ expander: 'sampled' })).rejects.toMatchObject({
      data: { facts: { code: 'server-tokens-unknown' } },
    });
  });

  it('names are told apart, and failures are told in words', async () => {
    const { id } = await host.client.servers.save({ server: facts(), key: null });
    const twice = host.client.servers.save({ server: facts(), key: null });
    await expect(twice).rejects.toMatchObject({ data: { facts: { code: 'server-name-taken' } } });
    far.faults.push('positive');
    await expect(host.client.servers.test({ id })).rejects.toMatchObject({
      data: { facts: { code: 'server-logprobs-wrong' } },
    });
    const nowhere = facts({ name: 'Nowhere', url: 'http://127.0.0.1:9/v1' });
    const saved = await host.client.servers.save({ server: nowhere, key: null });
    await expect(host.client.servers.test({ id: saved.id })).rejects.toMatchObject({
      data: { facts: { code: 'server-unreachable' } },
    });
  });
});
