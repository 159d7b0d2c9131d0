import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JobRecord } from '@contracts/engine-protocol';
import { JobSpec } from '@contracts/jobs';
import { makeTree } from '../testing/records';
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

const rejection = (key: string, questionId: string, reason: string, text = ''): JobRecord => ({
  type: 'rejection',
  key,
  questionId,
  reason,
  text,
});

/** A search that has grown a tree for the first question. */
async function searched() {
  const made = host.makeProject();
  const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  await expect.poll(() => engine.hasReceived('start')).toBe(true);
  engine.commit([makeTree('q1')]);
  return { made, run, engine };
}

it('tells of a search while it runs', async () => {
  const { run, engine } = await searched();
  const found = await host.client.runs.yield({ id: run.id });
  expect(found).toMatchObject({
    trees: 1,
    wanted: 3,
    solved: 1,
    pairs: 1,
    examples: null,
    nextRunId: null,
    reasons: [],
  });
  const [root, ...answers] = makeTree('q2').nodes;
  const wrong = answers.map((node) => ({ ...node, isRight: false }));
  engine.commit([makeTree('q2', { nodes: [root!, ...wrong] })]);
  const later = await host.client.runs.yield({ id: run.id });
  expect(later).toMatchObject({ trees: 2, solved: 1, pairs: 1 });
  expect(later.reasons).toMatchObject([{ reason: 'no-right-path', count: 1, some: [{ questionId: 'q2' }] }]);
  engine.finish();
  await host.services.jobs.whenIdle();
});

it('tells of making examples while it goes on, reason by reason, with the tree of each', async () => {
  const { made, run, engine } = await searched();
  engine.finish();
  await host.services.jobs.whenIdle();
  const spec = JobSpec.parse({ kind: 'examples', checkpointId: made.checkpointId, searchRunId: run.id, config: {} });
  const making = await host.client.runs.start({ projectId: made.projectId, spec });
  expect((await host.client.runs.yield({ id: run.id })).nextRunId).toBe(making.id);
  const maker = await host.engine();
  await expect.poll(() => maker.hasReceived('start')).toBe(true);
  const batch = [
    rejection('q1:0', 'q1', 'check-cut', '<verify>It is'),
    rejection('q1:1', 'q1', 'check-cut'),
    rejection('gone:0', 'gone', 'no-right-path'),
    { type: 'metrics' as const, step: 1, values: { candidates: 4, mendedCandidates: 1 } },
  ];
  maker.commit(batch);
  // What is repeated after a kill replaces itself.
  maker.commit(batch);
  const found = await host.client.runs.yield({ id: making.id });
  expect(found).toMatchObject({ trees: 1, wanted: 1, examples: { all: 4, mended: 1, isChosen: false } });
  expect(found.reasons.map(({ reason, count }) => [reason, count])).toEqual([
    ['check-cut', 2],
    ['no-right-path', 1],
  ]);
  expect(found.reasons[0]?.some[0]).toMatchObject({ questionId: 'q1', text: '<verify>It is' });
  expect(found.reasons[0]?.some[0]?.treeId).not.toBeNull();
  expect(found.reasons[1]?.some[0]?.treeId).toBeNull();
  maker.finish({ examples: 3, merged: 1 });
  await host.services.jobs.whenIdle();
  expect((await host.client.runs.yield({ id: making.id })).examples).toEqual({ all: 3, mended: 1, isChosen: true });
});

it('a run of an earlier version has its counts', async () => {
  const { made, run, engine } = await searched();
  engine.finish();
  await host.services.jobs.whenIdle();
  const spec = JobSpec.parse({ kind: 'examples', checkpointId: made.checkpointId, searchRunId: run.id, config: {} });
  const making = await host.client.runs.start({ projectId: made.projectId, spec });
  const maker = await host.engine();
  await expect.poll(() => maker.hasReceived('start')).toBe(true);
  maker.finish({ examples: 3, merged: 1, 'rejected.check-cut': 2, 'rejected.no-right-path': 5 });
  await host.services.jobs.whenIdle();
  const { reasons, trees } = await host.client.runs.yield({ id: making.id });
  expect(trees).toBe(1);
  expect(reasons).toEqual([
    { reason: 'no-right-path', count: 5, some: [] },
    { reason: 'check-cut', count: 2, some: [] },
  ]);
});

it('other runs make no data', async () => {
  const made = host.makeProject();
  const spec = JobSpec.parse({ kind: 'evaluate', ...made, config: {} });
  const run = await host.client.runs.start({ projectId: made.projectId, spec });
  await expect(host.client.runs.yield({ id: run.id })).rejects.toThrow('makes no data');
  (await host.engine()).finish();
  await host.services.jobs.whenIdle();
});
