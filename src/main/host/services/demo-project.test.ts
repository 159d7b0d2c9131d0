import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createModelReader } from '../model-reader';
import { makeTestFolder, TestHost } from '../testing/test-host';
import { DEMO_ARCHIVE } from './demo-project';

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path, { models: createModelReader() });
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

test('without the archive there is nothing to open, in words', async () => {
  const bare = new TestHost(join(folder.path, 'bare'), { resourcesFolder: join(folder.path, 'nothing') });
  expect(await bare.client.projects.demo({})).toMatchObject({ isAvailable: false, about: null });
  await expect(bare.client.projects.openDemo({})).rejects.toMatchObject({ data: { facts: { code: 'demo-missing' } } });
  await bare.host.close(0);
});

// Made anew by `npm run make-demo-project` whenever the recipe of the demo or the embedded model changes.
describe.skipIf(!existsSync(join('resources', DEMO_ARCHIVE)))('the demo project that ships', () => {
  test('fits this program and the embedded model: it opens whole, once, and everything in it can be used', async () => {
    const before = await host.client.projects.demo({});
    expect(before).toMatchObject({ isAvailable: true, openId: null });
    const [project, again] = await Promise.all([host.client.projects.openDemo({}), host.client.projects.openDemo({})]);
    expect(again.id).toBe(project.id);
    expect((await host.client.projects.list({})).map(({ id }) => id)).toEqual([project.id]);

    const { road, counts } = await host.client.projects.overview({ id: project.id });
    const states = Object.fromEntries(road.map(({ kind, state }) => [kind, state]));
    expect(states).toMatchObject({ search: 'done', examples: 'done', sft: 'done', rl: 'done', evaluate: 'done' });
    expect(states['export']).toBe('ready');
    expect(counts.trees).toBe(before.about?.trees);

    const checkpoints = await host.client.models.list({ projectId: project.id });
    expect(checkpoints.filter(({ isMissing }) => isMissing)).toEqual([]);
    for (const { id } of checkpoints) await host.client.models.inspectCheckpoint({ id });

    // The figures that its page names are those of the evaluations in it.
    const evaluations = await host.client.evaluations.list({ projectId: project.id });
    const shares = evaluations.map(({ accuracy }) => accuracy.value);
    const { before: untuned, afterSft, afterRl } = before.about!.accuracy;
    expect(shares).toEqual(expect.arrayContaining([untuned.value, afterSft.value, afterRl.value]));
  });

  test('comes back as it was after it was deleted', async () => {
    const { id } = await host.client.projects.openDemo({});
    await host.client.projects.remove({ id });
    expect((await host.client.projects.demo({})).openId).toBeNull();
    expect((await host.client.projects.openDemo({})).id).toBe(id);
    await host.client.projects.deleteForGood({ id });
    expect((await host.client.projects.openDemo({})).id).toBe(id);
  });
});
