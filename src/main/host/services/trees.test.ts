import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TreeGrowthReport } from '@contracts/engine-protocol';
import { RunId, TreeId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import type { TreeGrowth } from '@contracts/trees';
import { readFileSync } from 'node:fs';
import { makeNode, makeTree } from '../testing/records';
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

/** The question, a step with a right end (2) and a wrong one (3). */
const TREE = makeTree('q1', {
  prompt: 'What is 1 + 1?',
  nodes: [
    makeNode({ index: 0, parent: -1, depth: 0, kind: 'question', text: 'What is 1 + 1?', createdAtSimulation: -1 }),
    makeNode({ index: 1, parent: 0, kind: 'next_step', text: '1 + 1 = 2.' }),
    makeNode({ index: 2, parent: 1, text: 'The answer is 2.', isTerminal: true, isRight: true, answer: '2', depth: 2 }),
    makeNode({ index: 3, parent: 1, text: 'So 3 it is.', isTerminal: true, isRight: false, answer: '3', depth: 2 }),
  ],
  simulations: [
    { path: [0, 1, 2], value: 1 },
    { path: [0, 1, 3], value: 0 },
  ],
});

async function grow() {
  const made = host.makeProject();
  const { id: runId } = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  engine.commit([TREE]);
  engine.finish();
  await host.services.jobs.whenIdle();
  const { trees } = await host.client.trees.list({ projectId: made.projectId, offset: 0, limit: 10 });
  return { ...made, runId, treeId: TreeId.parse(trees[0]?.id) };
}

describe('marks of a tree', () => {
  it('are kept, replaced, and taken back one after the other', async () => {
    const { treeId: id } = await grow();
    const { client } = host;
    const marks = async () => (await client.trees.get({ id })).marks;
    await client.trees.mark({ id, index: 2, mark: 'pinned' });
    await client.trees.mark({ id, index: 3, mark: 'pruned' });
    expect(await client.trees.mark({ id, index: 3, mark: 'pruned' })).toEqual({ changed: false });
    await client.trees.mark({ id, index: 2, mark: null });
    expect(await marks()).toEqual([{ index: 3, mark: 'pruned' }]);
    expect(await client.trees.undoMark({ id })).toEqual({ index: 2 });
    expect(await marks()).toEqual([
      { index: 2, mark: 'pinned' },
      { index: 3, mark: 'pruned' },
    ]);
    await client.trees.undoMark({ id });
    await client.trees.undoMark({ id });
    expect(await marks()).toEqual([]);
    expect(await client.trees.undoMark({ id })).toEqual({ index: null });
    expect((await client.trees.get({ id })).lastMark).toBeNull();
  });

  it('refuses to prune the question and a step that is not there', async () => {
    const { treeId: id } = await grow();
    await expect(host.client.trees.mark({ id, index: 0, mark: 'pruned' })).rejects.toMatchObject({
      data: { facts: { code: 'root-pruned' } },
    });
    await expect(host.client.trees.mark({ id, index: 9, mark: 'pinned' })).rejects.toMatchObject({
      data: { facts: { code: 'node-unknown' } },
    });
  });

  it('keep a pruned branch out of the examples', async () => {
    const { treeId: id, runId, projectId, checkpointId } = await grow();
    await host.client.trees.mark({ id, index: 1, mark: 'pruned' });
    const spec = JobSpec.parse({ kind: 'examples', checkpointId, searchRunId: runId, config: {} });
    await host.client.runs.start({ projectId, spec });
    const engine = await host.engine();
    const [line = ''] = readFileSync(engine.job.inputs.trees ?? '', 'utf8').split('\n');
    const sent = JSON.parse(line) as typeof TREE;
    // Nothing ends below the pruned step, and every index stays what it is.
    expect(sent.nodes.map((node) => [node.index, node.isTerminal, node.isRight])).toEqual([
      [0, false, null],
      [1, false, null],
      [2, false, null],
      [3, false, null],
    ]);
    engine.finish();
  });
});

describe('a path that is sent to the examples', () => {
  it('becomes an undecided example with its way back, which undo takes out again', async () => {
    const { treeId, projectId } = await grow();
    const { client } = host;
    const added = await client.trees.sendPath({ id: treeId, leaf: 2, target: { newName: 'By hand' } });
    const { example, lineage } = await client.examples.get({ id: added.exampleId });
    expect(example).toMatchObject({
      treeId,
      kind: 'clean',
      verdict: 'todo',
      nodePath: [0, 1, 2],
      problems: [],
      errorClasses: [],
    });
    // The last step only states the answer, so it becomes the output.
    expect(example.steps.map(({ token, nodeIndex }) => [token, nodeIndex])).toEqual([
      ['next_step', 1],
      ['output', 2],
    ]);
    expect(example.steps[1]?.text).toContain('2');
    expect(lineage.treeId).toBe(treeId);
    expect((await client.trees.get({ id: treeId })).lineage.examples.map(({ id }) => id)).toEqual([added.exampleId]);
    const [entry] = await client.examples.journal({ datasetId: added.datasetId, limit: 5 });
    expect(entry?.description).toBe('Added the path to step 2 of the tree of “q1”');

    await expect(
      client.trees.sendPath({ id: treeId, leaf: 2, target: { datasetId: added.datasetId } }),
    ).rejects.toMatchObject({ data: { facts: { code: 'example-known' } } });

    const undone = await client.examples.undo({ datasetId: added.datasetId });
    expect(undone).toMatchObject({ changed: 1, exampleIds: [] });
    const [dataset] = await client.examples.datasets({ projectId });
    expect(dataset).toMatchObject({ name: 'By hand', count: 0 });
    await client.trees.sendPath({ id: treeId, leaf: 2, target: { datasetId: added.datasetId } });
    expect((await client.examples.datasets({ projectId }))[0]?.count).toBe(1);
  });

  it('must end with the right answer', async () => {
    const { treeId } = await grow();
    for (const leaf of [1, 3]) {
      await expect(
        host.client.trees.sendPath({ id: treeId, leaf, target: { newName: 'By hand' } }),
      ).rejects.toMatchObject({ data: { facts: { code: 'path-not-right' } } });
    }
  });

  it('leaves no data set behind when it is refused', async () => {
    const { treeId, projectId } = await grow();
    await host.client.trees.sendPath({ id: treeId, leaf: 3, target: { newName: 'By hand' } }).catch(() => undefined);
    expect(await host.client.examples.datasets({ projectId })).toEqual([]);
  });
});

describe('a tree that grows', () => {
  const report = (from: number, to: number, walks: number): TreeGrowthReport => ({
    questionId: 'q1',
    prompt: TREE.prompt,
    referenceAnswer: '2',
    nodes: TREE.nodes.slice(from, to),
    simulations: TREE.simulations.slice(0, walks),
  });

  it('is seen from its beginning by whoever comes late, and leads to the stored one', async () => {
    const made = host.makeProject();
    const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    engine.say({ type: 'growth', trees: [report(0, 2, 0)] });
    expect(await host.client.trees.growing({ runId: run.id })).toMatchObject([
      { questionId: 'q1', nodeCount: 2, simulationCount: 0 },
    ]);
    const growths = await host.client.trees.watchGrowth({ runId: run.id, questionId: 'q1' });
    const seen: TreeGrowth[] = [];
    const watching = (async () => {
      for await (const growth of growths) seen.push(growth);
    })();
    await expect.poll(() => seen.length).toBe(1);
    engine.say({ type: 'growth', trees: [report(2, 4, 2)] });
    engine.commit([TREE]);
    await watching;
    expect(seen.map((growth) => (growth.type === 'grown' ? [growth.from, growth.nodes.length] : growth.type))).toEqual([
      [0, 2],
      [2, 2],
      'stored',
    ]);
    expect(await host.client.trees.growing({ runId: run.id })).toEqual([]);
    engine.finish();
  });

  it('is gone with its run', async () => {
    const made = host.makeProject();
    const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    const engine = await host.engine();
    engine.say({ type: 'growth', trees: [report(0, 2, 0)] });
    const growths = await host.client.trees.watchGrowth({ runId: run.id, questionId: 'q1' });
    const types: string[] = [];
    for await (const { type } of growths) {
      types.push(type);
      if (type === 'grown') engine.exit({ signal: 'SIGKILL' });
    }
    expect(types).toEqual(['grown', 'stopped']);
    expect(await host.client.trees.growing({ runId: RunId.parse(run.id) })).toEqual([]);
  });
});
