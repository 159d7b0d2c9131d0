import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestFolder, TestHost } from '../testing/test-host';
import { defaultDataFolder } from '../data-folder';
import { changeSettings, shareOfMachine } from './system';

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

describe('the path picker', () => {
  it('lists folders first, by number, without what is hidden, and knows a model and an adapter', async () => {
    const at = (name: string) => join(folder.path, 'here', name);
    for (const name of ['shard-10', 'shard-2', 'a-model', 'an-adapter', '.hidden'])
      mkdirSync(at(name), { recursive: true });
    writeFileSync(join(at('a-model'), 'config.json'), '{}');
    // A merged model may carry the adapter's own description along.
    for (const name of ['a-model', 'an-adapter']) writeFileSync(join(at(name), 'adapter_config.json'), '{}');
    writeFileSync(at('Z.gguf'), '12345');
    writeFileSync(at('a.txt'), '');
    const { entries, parent } = await host.client.system.listFolder({ path: join(folder.path, 'here') });
    const facts = entries.map(({ name, kind, looksLikeModel, looksLikeAdapter, sizeBytes }) => [
      name,
      kind,
      looksLikeModel ? 'model' : looksLikeAdapter ? 'adapter' : '',
      sizeBytes,
    ]);
    expect(facts).toEqual([
      ['a-model', 'folder', 'model', 0],
      ['an-adapter', 'folder', 'adapter', 0],
      ['shard-2', 'folder', '', 0],
      ['shard-10', 'folder', '', 0],
      ['a.txt', 'file', '', 0],
      ['Z.gguf', 'file', 'model', 5],
    ]);
    expect(parent).toBe(folder.path);
    const fromFile = await host.client.system.listFolder({ path: at('a.txt') });
    expect(fromFile.path).toBe(join(folder.path, 'here'));
  });

  it('says when a folder is not there', async () => {
    const listing = host.client.system.listFolder({ path: join(folder.path, 'nowhere') });
    await expect(listing).rejects.toMatchObject({ data: { kind: 'not_found', facts: { code: 'folder-unreadable' } } });
  });
});

describe('settings and drafts', () => {
  it('outlive a restart', async () => {
    expect(await host.client.system.settings({})).toEqual({
      theme: 'system',
      language: 'system',
      notify: true,
      gentle: false,
      threads: null,
      device: 'auto',
    });
    await host.client.system.changeSettings({ theme: 'dark' });
    const draft = { step: 2, values: [1, 'a', null] };
    const { version } = await host.client.system.saveDraft({ key: 'sft', value: draft, basedOn: null });
    await host.host.close(0);
    host = new TestHost(folder.path);
    expect(await host.client.system.settings({})).toEqual({
      theme: 'dark',
      language: 'system',
      notify: true,
      gentle: false,
      threads: null,
      device: 'auto',
    });
    expect(await host.client.system.loadDraft({ key: 'sft' })).toEqual({ value: draft, version });
    await host.client.system.saveDraft({ key: 'sft', value: null, basedOn: version });
    expect(await host.client.system.loadDraft({ key: 'sft' })).toEqual({ value: null, version: null });
  });

  it('of two windows never overwrite each other unseen', async () => {
    const { system } = host.client;
    const first = await system.saveDraft({ key: 'rl', value: 'one', basedOn: null });
    const second = await system.saveDraft({ key: 'rl', value: 'two', basedOn: first.version });
    // A window that still has the first version is told what is there, and nothing changes.
    expect(await system.saveDraft({ key: 'rl', value: 'three', basedOn: first.version })).toEqual({
      saved: false,
      value: 'two',
      version: second.version,
    });
    expect(await system.loadDraft({ key: 'rl' })).toEqual({ value: 'two', version: second.version });
    expect(second.version).toBeGreaterThan(first.version ?? 0);
  });

  it('that an older program does not know count as not set', async () => {
    host.services.db.prepare(`INSERT INTO settings VALUES ('theme', '"sepia"')`).run();
    expect(await host.client.system.settings({})).toEqual({
      theme: 'system',
      language: 'system',
      notify: true,
      gentle: false,
      threads: null,
      device: 'auto',
    });
  });

  it('leave a core free for the person on request', async () => {
    const before = await host.client.system.info({});
    await host.client.system.changeSettings({ gentle: true });
    const after = await host.client.system.info({});
    const threads = (device: string) => Number(/\d+/.exec(device)?.[0]);
    expect(threads(after.device)).toBe(Math.max(1, threads(before.device) - 1));
  });

  it('set the number of threads, which a job of its own may override', () => {
    const machine = { ...host.services.machine, cores: 16, physicalCores: 8 };
    const share = (wanted: number | null = null) => shareOfMachine({ machine, db: host.services.db }, wanted);
    expect(share()).toEqual({ threads: 8, gentle: false });
    expect(share(12)).toEqual({ threads: 12, gentle: false });
    changeSettings(host.services, { threads: 3 });
    expect(share()).toEqual({ threads: 3, gentle: false });
    changeSettings(host.services, { gentle: true, threads: null });
    expect(share()).toEqual({ threads: 7, gentle: true });
    expect(share(12)).toEqual({ threads: 7, gentle: true });
  });
});

it('says where nothing can be revealed', async () => {
  expect(await host.client.system.reveal({ path: folder.path })).toMatchObject({
    revealed: false,
    reason: expect.stringContaining('copied'),
  });
  expect(await host.client.system.reveal({ path: join(folder.path, 'gone') })).toMatchObject({ revealed: false });
});

it.each([
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/a/.config/RFTT Workbench/workbench'],
  ['linux', { XDG_CONFIG_HOME: '/x' }, '/x/RFTT Workbench/workbench'],
  ['darwin', {}, '/home/a/Library/Application Support/RFTT Workbench/workbench'],
] as const)('keeps things where %s programs do', (platform, env, expected) => {
  expect(defaultDataFolder({ platform, home: '/home/a', env })).toBe(expected);
});
