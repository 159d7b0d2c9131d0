import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JobSpec } from '@contracts/jobs';
import { makeExample, makeTree } from '../testing/records';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';
import { describeRange } from './road';

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

const roadOf = async (projectId: Parameters<typeof host.client.projects.overview>[0]['id']) => {
  const { road, nextStage } = await host.client.projects.overview({ id: projectId });
  return {
    nextStage,
    states: Object.fromEntries(
      road.map((stage) => [stage.kind, `${stage.state} ${stage.figure || stage.reason}`.trim()]),
    ),
  };
};

describe('the road of a project', () => {
  it('begins with a model', async () => {
    const { id } = await host.client.projects.create({ name: 'Empty', withEmbedded: false });
    expect(await roadOf(id)).toEqual({
      nextStage: 'import',
      states: {
        import: 'ready',
        tokens: 'not-yet Import a model first.',
        search: 'not-yet Import a model first.',
        examples: 'not-yet Grow trees first.',
        sft: 'not-yet Make examples first.',
        rl: 'not-yet Add the functional tokens first.',
        evaluate: 'not-yet Import a model first.',
        export: 'not-yet Import a model first.',
      },
    });
  });

  it('shows what runs and what was made', async () => {
    const made = host.makeProject();
    const search = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    const progress = {
      phase: 'growing trees',
      done: 40.5,
      total: 300,
      unit: 'trees',
      tokensPerSecond: null,
      memoryBytes: null,
      updatedAtMs: 0,
    };
    engine.say({ type: 'progress', progress: { ...progress, secondsLeft: null } });
    host.nowMs += 2000;
    engine.say({ type: 'progress', progress: { ...progress, secondsLeft: { low: 170, high: 290 } } });
    expect((await roadOf(made.projectId)).states['search']).toBe('running 3 to 5 minutes left');
    engine.commit([makeTree('q1')]);
    engine.finish();
    await host.services.jobs.whenIdle();
    const spec = JobSpec.parse({
      kind: 'examples',
      checkpointId: made.checkpointId,
      searchRunId: search.id,
      config: {},
    });
    await host.client.runs.start({ projectId: made.projectId, spec });
    const second = await host.engine();
    second.commit([makeExample('a'), makeExample('b')]);
    second.finish();
    await host.services.jobs.whenIdle();
    const { states, nextStage } = await roadOf(made.projectId);
    expect(states).toMatchObject({ search: 'done 1 tree', examples: 'done 2 examples', sft: 'ready' });
    expect(nextStage).toBe('sft');
  });

  it.each([
    [{ low: 2, high: 4 }, '2 to 4 seconds'],
    [{ low: 0.2, high: 0.4 }, 'about 1 second'],
    [{ low: 61, high: 118 }, '1 to 2 minutes'],
    [{ low: 7000, high: 7400 }, 'about 2 hours'],
  ])('says %j as "%s"', (range, words) => {
    expect(describeRange(range)).toBe(words);
  });
});

describe('examples that wait for their trees', () => {
  it('can be asked for while the search still runs, and get its trees', async () => {
    const made = host.makeProject();
    const search = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    const spec = JobSpec.parse({
      kind: 'examples',
      checkpointId: made.checkpointId,
      searchRunId: search.id,
      config: {},
    });
    const examples = await host.client.runs.start({ projectId: made.projectId, spec });
    engine.commit([makeTree('q1'), makeTree('q2')]);
    engine.finish();
    const next = await host.engine();
    expect(next.job).toMatchObject({ runId: examples.id, inputs: { trees: expect.stringContaining('trees.jsonl') } });
    next.finish();
  });

  it('fail with the reason when the search made none', async () => {
    const made = host.makeProject();
    const search = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    const spec = JobSpec.parse({
      kind: 'examples',
      checkpointId: made.checkpointId,
      searchRunId: search.id,
      config: {},
    });
    const examples = await host.client.runs.start({ projectId: made.projectId, spec });
    await host.client.runs.cancel({ id: search.id });
    engine.settle('cancelled');
    engine.exit();
    await expect.poll(async () => (await host.client.runs.get({ id: examples.id })).status).toBe('failed');
    expect((await host.client.runs.get({ id: examples.id })).error).toMatchObject({
      kind: 'precondition',
      facts: { wayOut: expect.any(String) },
    });
  });
});

describe('the embedded model', () => {
  it('comes with its questions, each set in its role', async () => {
    const resourcesFolder = join(folder.path, 'resources');
    cpSync('resources/questions', join(resourcesFolder, 'questions'), { recursive: true });
    cpSync('resources/models', join(resourcesFolder, 'models'), { recursive: true });
    const other = makeTestFolder();
    const withOwn = new TestHost(other.path, { resourcesFolder });
    const { id } = await withOwn.client.projects.create({ name: 'Demo', withEmbedded: true });
    const sets = await withOwn.client.questions.list({ projectId: id });
    expect(Object.fromEntries(sets.map((set) => [set.name, set.role]))).toEqual({
      train: 'train',
      validation: 'validation',
      test: 'test',
      deep: 'test',
      big: 'test',
    });
    const [model] = await withOwn.client.models.list({ projectId: id });
    expect(model).toMatchObject({ origin: 'embedded', promptSet: 'workbook', isMissing: false });
    expect(model?.plainPrompts).toContain('');
    await withOwn.host.close(0);
    other.remove();
  });

  it('leaves no half project behind when it is not there', async () => {
    const other = makeTestFolder();
    const without = new TestHost(other.path, { resourcesFolder: join(folder.path, 'nothing') });
    const creating = without.client.projects.create({ name: 'Demo', withEmbedded: true });
    await expect(creating).rejects.toMatchObject({ data: { facts: { code: 'embedded-missing' } } });
    expect(await without.client.projects.list({})).toEqual([]);
    await without.host.close(0);
    other.remove();
  });
});

describe('removing', () => {
  it('a project takes its runs and their files, and waits for one that is under way', async () => {
    const made = host.makeProject();
    const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    await expect(host.client.projects.remove({ id: made.projectId })).rejects.toMatchObject({
      data: { facts: { code: 'project-busy' } },
    });
    engine.finish();
    await host.services.jobs.whenIdle();
    expect(await host.client.projects.remove({ id: made.projectId })).toEqual({ removed: true });
    expect(await host.client.projects.list({})).toEqual([]);
    expect(await host.client.projects.deleteForGood({ id: made.projectId })).toEqual({ removed: true });
    await expect(host.client.runs.get({ id: run.id })).rejects.toMatchObject({ data: { kind: 'not_found' } });
    expect(existsSync(run.folder)).toBe(false);
    expect(await host.client.projects.trash({})).toEqual([]);
  });

  it('a project can be taken back for a week, with everything in it', async () => {
    const made = host.makeProject('Mine');
    const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    engine.finish();
    await host.services.jobs.whenIdle();
    await host.client.projects.remove({ id: made.projectId });
    const [entry] = await host.client.projects.trash({});
    expect(entry).toMatchObject({ project: { name: 'Mine' }, goneAtMs: host.nowMs + 7 * 86_400_000 });
    await host.client.projects.restore({ id: made.projectId });
    expect((await host.client.projects.list({})).map(({ name }) => name)).toEqual(['Mine']);
    expect((await host.client.runs.get({ id: run.id })).status).toBe('finished');

    // Six days later it is still there, after the week it is gone with the next start.
    await host.client.projects.remove({ id: made.projectId });
    for (const [days, left] of [
      [6, 1],
      [8, 0],
    ] as const) {
      await host.host.close(0);
      const then = host.nowMs;
      host = new TestHost(folder.path, { clock: { nowMs: () => then + days * 86_400_000 } });
      await expect.poll(() => host.client.projects.trash({})).toHaveLength(left);
    }
    await expect.poll(() => existsSync(run.folder)).toBe(false);
  });

  it('a run is refused while another stands on it, by name', async () => {
    const made = host.makeProject();
    const search = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    engine.commit([makeTree('q1')]);
    engine.finish();
    await host.services.jobs.whenIdle();
    const spec = JobSpec.parse({
      kind: 'examples',
      checkpointId: made.checkpointId,
      searchRunId: search.id,
      config: {},
    });
    const examples = await host.client.runs.start({ projectId: made.projectId, spec, name: 'On top' });
    (await host.engine()).finish();
    await host.services.jobs.whenIdle();
    expect(await host.client.runs.remove({ id: search.id })).toEqual({ removed: false, blockedBy: ['On top'] });
    expect(await host.client.runs.remove({ id: examples.id })).toEqual({ removed: true, blockedBy: [] });
    expect(await host.client.runs.remove({ id: search.id })).toEqual({ removed: true, blockedBy: [] });
  });

  it('a checkpoint never touches the files of a person', async () => {
    const made = host.makeProject();
    const file = join(folder.path, 'model', 'weights.bin');
    writeFileSync(file, 'mine');
    expect(await host.client.models.remove({ id: made.checkpointId })).toEqual({ removed: true });
    expect(await host.client.models.list({ projectId: made.projectId })).toEqual([]);
    expect((await host.client.models.get({ id: made.checkpointId })).isMissing).toBe(true);
    mkdirSync(join(folder.path, 'still'), { recursive: true });
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });
});
