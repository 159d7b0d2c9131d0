import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CheckpointId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { makeCheckpoint, makeExample, makeTree } from '../testing/records';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';

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

/** A search and the examples made from it, each with a file in its folder. */
async function makeTwo() {
  const made = host.makeProject();
  const search = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const grower = await host.engine();
  grower.commit([makeTree('q1')]);
  grower.finish();
  await host.services.jobs.whenIdle();
  const spec = JobSpec.parse({
    kind: 'examples',
    checkpointId: made.checkpointId,
    searchRunId: search.id,
    config: {},
  });
  const examples = await host.client.runs.start({ projectId: made.projectId, spec });
  const maker = await host.engine();
  maker.commit([makeExample('a')]);
  maker.finish();
  await host.services.jobs.whenIdle();
  for (const { folder: place } of [search, examples]) writeFileSync(join(place, 'weights.bin'), 'x'.repeat(1000));
  return { ...made, search, examples };
}

/** Everything that a window lists of a project. */
async function listed(projectId: Awaited<ReturnType<typeof makeTwo>>['projectId']) {
  const { client } = host;
  const { counts } = await client.projects.overview({ id: projectId });
  return {
    runs: (await client.runs.list({ projectId })).map(({ kind }) => kind),
    datasets: (await client.examples.datasets({ projectId })).length,
    trees: (await client.trees.list({ projectId, filter: 'all', search: '', offset: 0, limit: 10 })).total,
    counted: [counts.trees, counts.examples],
  };
}

describe('the trash of a project', () => {
  it('takes a run out of every list with what it made, and gives it back as it was', async () => {
    const { projectId, examples } = await makeTwo();
    const before = await listed(projectId);
    expect(before).toEqual({ runs: ['examples', 'search'], datasets: 1, trees: 1, counted: [1, 1] });
    await host.client.runs.remove({ id: examples.id });
    expect(await listed(projectId)).toEqual({ runs: ['search'], datasets: 0, trees: 1, counted: [1, 0] });
    expect(await host.client.runs.get({ id: examples.id })).toMatchObject({ isInTrash: true });
    expect(existsSync(join(examples.folder, 'weights.bin'))).toBe(true);
    const [thing] = await host.client.trash.list({ projectId });
    expect(thing).toMatchObject({ id: examples.id, kind: 'run', name: 'Examples 1' });
    expect(thing?.sizeBytes).toBeGreaterThanOrEqual(1000);
    expect(await host.client.trash.restore({ id: examples.id })).toEqual({ ids: [examples.id] });
    expect(await listed(projectId)).toEqual(before);
    expect(await host.client.trash.list({ projectId })).toEqual([]);
  });

  it('brings back what a thing stands on, so that no lineage leads into the trash', async () => {
    const { projectId, search, examples } = await makeTwo();
    await host.client.runs.remove({ id: examples.id });
    await host.client.runs.remove({ id: search.id });
    expect(await listed(projectId)).toEqual({ runs: [], datasets: 0, trees: 0, counted: [0, 0] });
    expect((await host.client.trash.restore({ id: examples.id })).ids.toSorted()).toEqual(
      [examples.id, search.id].toSorted(),
    );
    expect((await host.client.runs.get({ id: examples.id })).parents.runId).toBe(search.id);
  });

  it('frees the disk when it is emptied, and not before', async () => {
    const { projectId, search, examples } = await makeTwo();
    for (const { id } of [examples, search]) await host.client.runs.remove({ id });
    const { removed, freedBytes } = await host.client.trash.empty({ projectId });
    expect(removed).toBe(2);
    expect(freedBytes).toBeGreaterThanOrEqual(2000);
    for (const run of [search, examples]) expect(existsSync(run.folder)).toBe(false);
    await expect(host.client.runs.get({ id: search.id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('does not let a job start from what lies in it, nor a run in it go on', async () => {
    const { projectId, checkpointId, questionSetId, search, examples } = await makeTwo();
    await host.client.runs.remove({ id: examples.id });
    await host.client.runs.remove({ id: search.id });
    const make = JobSpec.parse({ kind: 'examples', checkpointId, searchRunId: search.id, config: {} });
    const codeOf = (thrown: unknown) => (thrown as { data: { facts: { code: string } } }).data.facts.code;
    const start = (spec: JobSpec) => host.client.runs.start({ projectId, spec }).then(() => '', codeOf);
    expect(await start(make)).toBe('in-trash');
    await host.client.questions.remove({ id: questionSetId });
    expect(await start(searchSpec({ checkpointId, questionSetId }))).toBe('gone');
    await host.client.models.remove({ id: checkpointId });
    expect(await start(searchSpec({ checkpointId, questionSetId }))).toBe('in-trash');
    await host.client.trash.restore({ id: questionSetId });
    await host.client.trash.restore({ id: checkpointId });
    expect(await start(searchSpec({ checkpointId, questionSetId }))).toBe('');
    (await host.engine()).finish();
    await host.services.jobs.whenIdle();
  });

  it("deletes a run's checkpoint with the emptying and keeps a person's own files", async () => {
    const made = host.makeProject();
    const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    const path = join(run.folder, 'output', 'model');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'weights.bin'), 'ours');
    engine.commit([makeCheckpoint(path, 3)]);
    engine.finish();
    await host.services.jobs.whenIdle();
    const written = (await host.client.models.list({ projectId: made.projectId })).find(({ step }) => step === 3);
    for (const id of [made.checkpointId, String(written?.id)] as CheckpointId[])
      await host.client.models.remove({ id });
    expect(existsSync(path)).toBe(true);
    await host.client.trash.empty({ projectId: made.projectId });
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(folder.path, 'model', 'config.json'))).toBe(true);
  });
});
