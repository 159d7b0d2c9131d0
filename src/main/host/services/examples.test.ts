import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DatasetId, ExampleId, RunId } from '@contracts/ids';
import type { Example, ExampleFilter } from '@contracts/examples';
import { JobSpec } from '@contracts/jobs';
import { makeExample, makeTree } from '../testing/records';
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

const ALL: ExampleFilter = { search: '' };

/** Trees of three questions and an examples run over them that made three examples. */
async function makeDataset() {
  const made = host.makeProject();
  const { client } = host;
  const search = await client.runs.start({ projectId: made.projectId, spec: searchSpec(made), name: 'My trees' });
  const grower = await host.engine();
  grower.commit([makeTree('q1'), makeTree('q2')]);
  grower.finish();
  await host.services.jobs.whenIdle();
  const spec = JobSpec.parse({ kind: 'examples', checkpointId: made.checkpointId, searchRunId: search.id, config: {} });
  const run = await client.runs.start({ projectId: made.projectId, spec });
  const engine = await host.engine();
  engine.commit([
    makeExample('a'),
    makeExample('b', { kind: 'merged', problems: ['Step 2 repeats step 1.'] }),
    makeExample('c', { questionId: 'q2', prompt: 'What is 50 % of 4_0?' }),
  ]);
  const commitAgain = () => engine.commit([makeExample('a', { tokenCount: 77 })]);
  const datasetId = DatasetId.parse((await client.runs.get({ id: run.id })).outputs.datasetId);
  const list = (filter: ExampleFilter = ALL) => client.examples.list({ datasetId, filter, offset: 0, limit: 50 });
  const one = async (index: number): Promise<Example> => {
    const example = (await list()).examples[index];
    if (!example) throw new Error(`There is no example ${index}.`);
    return example;
  };
  return { ...made, searchId: search.id, runId: run.id, engine, commitAgain, datasetId, list, one };
}

describe('a data set', () => {
  it('lists examples in the order they were made, with filters that agree with the counts', async () => {
    const { list, one, engine } = await makeDataset();
    engine.finish();
    const ids = (await list()).examples.map((example) => example.id);
    expect(ids).toHaveLength(3);
    await host.client.examples.decide({ ids: ids.slice(0, 1), decision: { action: 'verdict', verdict: 'accepted' } });
    expect((await list()).counts).toEqual({ todo: 2, accepted: 1, rejected: 0 });
    const sees = async (filter: Partial<ExampleFilter>) =>
      (await list({ search: '', ...filter })).examples.map((one) => ids.indexOf(one.id));
    expect(await sees({ verdict: 'todo' })).toEqual([1, 2]);
    expect(await sees({ kind: 'merged' })).toEqual([1]);
    expect(await sees({ hasProblems: true })).toEqual([1]);
    expect(await sees({ hasProblems: false })).toEqual([0, 2]);
    // Wildcards of SQL are ordinary characters in a search.
    expect(await sees({ search: '50 % of 4_0' })).toEqual([2]);
    expect(await sees({ search: '5_ % of' })).toEqual([]);
    expect((await one(0)).verdict).toBe('accepted');
  });

  it('is searched by words, beginnings and phrases in questions, steps, notes and tags', async () => {
    const { one, list, engine } = await makeDataset();
    engine.finish();
    const { decide } = host.client.examples;
    await decide({ ids: [(await one(0)).id], decision: { action: 'note', note: 'Überraschend kurz' } });
    await decide({ ids: [(await one(1)).id], decision: { action: 'tag', tag: 'for class', isSet: true } });
    const places = (await list()).examples.map(({ id }) => id);
    const keys = async (search: string) =>
      (await list({ search })).examples.map(({ id }) => ['a', 'b', 'c'][places.indexOf(id)]);
    expect(await keys('uberrasch')).toEqual(['a']);
    expect(await keys('"for class"')).toEqual(['b']);
    expect(await keys('"class for"')).toEqual([]);
    expect(await keys('what 50')).toEqual(['c']);
    expect(await keys('q2')).toEqual(['c']);
    expect(await keys('(" OR NEAR *')).toEqual([]);
    expect(await keys('%')).toEqual([]);
  });

  it('shows as lines of a table what it shows as examples, and where each stands', async () => {
    const { datasetId, list, engine } = await makeDataset();
    engine.finish();
    const filter: ExampleFilter = { search: '', kind: 'clean' };
    const { rows, total } = await host.client.examples.rows({ datasetId, filter, offset: 1, limit: 1 });
    expect(total).toBe(2);
    const [, second] = (await list(filter)).examples;
    expect(rows).toMatchObject([{ id: second?.id, prompt: second?.prompt, tokens: ['next_step', 'output'] }]);
    const place = (filter: ExampleFilter) => host.client.examples.place({ id: second!.id, filter });
    expect(await place(filter)).toEqual({ place: 1 });
    expect(await place(ALL)).toEqual({ place: 2 });
    expect(await place({ search: '', kind: 'merged' })).toEqual({ place: null });
  });

  it('has error classes from the start, which are a filter', async () => {
    const { datasetId, engine, list } = await makeDataset();
    engine.commit([
      makeExample('wrong', { referenceAnswer: '3', questionId: 'q9' }),
      makeExample('cut', { prompt: 'Cut?', steps: makeExample('x').steps.slice(0, 1) }),
      makeExample('long', { prompt: 'Long?', tokenCount: 5000 }),
      makeExample('again'),
    ]);
    engine.finish();
    const places = (await list()).examples.map(({ id }) => id);
    const names = ['a', 'b', 'c', 'wrong', 'cut', 'long', 'again'];
    const keys = async (errorClass: ExampleFilter['errorClass']) =>
      (await list({ search: '', errorClass })).examples.map(({ id }) => names[places.indexOf(id)]);
    // The second one says the same as the first.
    expect(await keys('duplicate')).toEqual(['b', 'wrong', 'again']);
    expect(await keys('wrong-answer')).toEqual(['wrong']);
    expect(await keys('illegal-order')).toEqual(['cut']);
    expect(await keys('too-long')).toEqual(['long']);
    const { errorClasses } = await host.client.examples.labels({ datasetId });
    expect(errorClasses).toContainEqual({ errorClass: 'duplicate', count: 3 });
  });

  it('leads back to its tree, its question and its runs', async () => {
    const { one, engine, searchId, runId, questionSetId, checkpointId } = await makeDataset();
    engine.finish();
    const { id, treeId } = await one(0);
    const { lineage } = await host.client.examples.get({ id });
    expect(lineage).toMatchObject({
      treeId,
      searchRunId: searchId,
      searchRunName: 'My trees',
      examplesRunId: runId,
      questionSetId,
      questionSetName: 'three',
      checkpointId,
      questionId: 'q1',
      usedIn: [],
    });
    const tree = await host.client.trees.get({ id: treeId ?? ('' as never) });
    expect(tree.lineage.question.id).toBe('q1');
    expect(tree.lineage.examples.map((example) => example.id)).toContain(id);
  });
});

describe('decisions', () => {
  it('are taken back one by one, to the very start', async () => {
    const { datasetId, list, one, engine } = await makeDataset();
    engine.finish();
    const start = (await list()).examples;
    const { client } = host;
    await client.examples.decide({ ids: [(await one(0)).id], decision: { action: 'verdict', verdict: 'rejected' } });
    await client.examples.decide({ ids: [(await one(0)).id], decision: { action: 'note', note: 'too long' } });
    await client.examples.decideAll({ datasetId, filter: ALL, decision: { action: 'verdict', verdict: 'accepted' } });
    const edited = await one(1);
    const steps = edited.steps.map((step) => ({ ...step, text: `${step.text} (sure)` }));
    await client.examples.decide({ ids: [edited.id], decision: { action: 'edit', steps, revision: edited.revision } });
    expect(await one(1)).toMatchObject({ isEdited: true, steps });

    const undone: (string | null)[] = [];
    for (let i = 0; i < 5; i++) undone.push((await client.examples.undo({ datasetId })).undone);
    expect(undone).toEqual([
      'Edited 1 example',
      'Accepted 3 examples',
      'Noted on 1 example',
      'Rejected 1 example',
      null,
    ]);
    const withoutRevision = (rows: readonly Example[]) => rows.map((row) => ({ ...row, revision: 0 }));
    expect(withoutRevision((await list()).examples)).toEqual(withoutRevision(start));
  });

  it('on steps are labels that an edit of other steps leaves alone', async () => {
    const { one, engine, datasetId } = await makeDataset();
    engine.finish();
    const { id, revision, steps } = await one(0);
    const mark = { verdict: 'wrong', note: 'slip' } as const;
    const { decide, journal, get, undo } = host.client.examples;
    await decide({ ids: [id], decision: { action: 'step', stepIndex: 0, mark, revision } });
    expect((await one(0)).stepMarks).toEqual([mark, { verdict: null, note: '' }]);
    const edited = steps.map((step, at) => (at === 1 ? { ...step, text: '\\boxed{2}' } : step));
    await decide({ ids: [id], decision: { action: 'edit', steps: edited, revision: revision + 1 } });
    expect((await one(0)).stepMarks[0]).toEqual(mark);
    expect((await get({ id })).originalSteps).toEqual(steps);
    await undo({ datasetId });
    expect((await get({ id })).originalSteps).toBeNull();
    expect((await journal({ datasetId, limit: 10 })).map((entry) => [entry.description, entry.isUndone])).toEqual([
      ['Edited 1 example', true],
      ['Judged step 1 of 1 example', false],
    ]);
    const beyond = decide({ ids: [id], decision: { action: 'step', stepIndex: 7, mark, revision: revision + 3 } });
    await expect(beyond).rejects.toMatchObject({ data: { facts: { code: 'step-unknown' } } });
  });

  it('that change nothing leave no trace in the journal', async () => {
    const { datasetId, one, engine } = await makeDataset();
    engine.finish();
    const decision = { action: 'verdict', verdict: 'todo' } as const;
    expect(await host.client.examples.decide({ ids: [(await one(0)).id], decision })).toEqual({ changed: 0 });
    expect(await host.client.examples.undo({ datasetId })).toEqual({ undone: null, changed: 0, exampleIds: [] });
  });

  it('refuse an edit of an older text', async () => {
    const { one, engine } = await makeDataset();
    engine.finish();
    const { id, steps, revision } = await one(0);
    await host.client.examples.decide({ ids: [id], decision: { action: 'note', note: 'somebody else was here' } });
    const stale = host.client.examples.decide({ ids: [id], decision: { action: 'edit', steps, revision } });
    await expect(stale).rejects.toMatchObject({ data: { kind: 'conflict', facts: { code: 'revision-stale' } } });
    expect((await one(0)).note).toBe('somebody else was here');
  });

  it('find the problems of an edited text', async () => {
    const { one, engine } = await makeDataset();
    engine.finish();
    const { id, steps, revision } = await one(0);
    const cut = steps.slice(0, 1);
    await host.client.examples.decide({ ids: [id], decision: { action: 'edit', steps: cut, revision } });
    expect((await one(0)).problems).toEqual(['The response ends with next_step and not with output.']);
    expect((await one(0)).errorClasses).toEqual(['illegal-order']);
    await host.client.examples.decide({ ids: [id], decision: { action: 'edit', steps, revision: revision + 1 } });
    expect((await one(0)).errorClasses).toEqual([]);
  });

  it('outlive a batch that the engine sends again', async () => {
    const { one, commitAgain, engine } = await makeDataset();
    const { id, steps, revision } = await one(0);
    await host.client.examples.decide({ ids: [id], decision: { action: 'edit', steps: steps.toReversed(), revision } });
    await host.client.examples.decide({ ids: [id], decision: { action: 'verdict', verdict: 'rejected' } });
    commitAgain();
    expect(await one(0)).toMatchObject({ id, verdict: 'rejected', isEdited: true, steps: steps.toReversed() });
    engine.finish();
  });
});

it('trains on what was not rejected, and says where it was used', async () => {
  const { datasetId, one, engine, projectId, checkpointId } = await makeDataset();
  engine.finish();
  await host.services.jobs.whenIdle();
  const rejected = await one(1);
  await host.client.examples.decide({ ids: [rejected.id], decision: { action: 'verdict', verdict: 'rejected' } });
  const spec = JobSpec.parse({ kind: 'sft', checkpointId, datasetId, config: {} });
  const run = await host.client.runs.start({ projectId, spec, name: 'Tune' });
  const trainer = await host.engine();
  const keys = readFileSync(trainer.job.inputs.examples ?? '', 'utf8')
    .trimEnd()
    .split('\n');
  expect(keys.map((line) => (JSON.parse(line) as { key: string }).key)).toEqual(['a', 'c']);
  const { lineage } = await host.client.examples.get({ id: rejected.id });
  expect(lineage.usedIn).toEqual([{ runId: run.id, name: 'Tune' }]);
  trainer.finish();
});

it('refuses to train when everything is rejected', async () => {
  const { datasetId, engine, projectId, checkpointId } = await makeDataset();
  engine.finish();
  await host.client.examples.decideAll({
    datasetId,
    filter: ALL,
    decision: { action: 'verdict', verdict: 'rejected' },
  });
  const spec = JobSpec.parse({ kind: 'sft', checkpointId, datasetId, config: {} });
  await expect(host.client.runs.start({ projectId, spec })).rejects.toMatchObject({
    data: { facts: { code: 'examples-empty' } },
  });
});

it('says what is gone', async () => {
  await expect(host.client.examples.get({ id: ExampleId.parse('nothing') })).rejects.toMatchObject({
    data: { kind: 'not_found' },
  });
  await expect(host.client.runs.get({ id: RunId.parse('nothing') })).rejects.toMatchObject({
    data: { kind: 'not_found' },
  });
});
