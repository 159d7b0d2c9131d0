import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createToyModel } from '@core/testing/toy-arithmetic';
import { RlConfigSchema } from '@core/train/rl/rl-config';
import { SftConfigSchema } from '@core/train/sft-config';
import { TokensConfigSchema } from '@core/tokens/tokens-config';
import { createModelReader } from '../model-reader';
import { applyRecords } from '../jobs/apply-records';
import { makeExample, makeNode, makeTree } from '../testing/records';
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

/** A run of the project that stores what it is given. */
async function store(made: ReturnType<TestHost['makeProject']>, records: Parameters<typeof applyRecords>[1]) {
  const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  (await host.engine()).finish();
  await expect.poll(async () => (await host.client.runs.get({ id: run.id })).status).toBe('finished');
  const { db, newId, nowMs } = host.services;
  applyRecords({ db, run: await host.client.runs.get({ id: run.id }), newId, nowMs: nowMs() }, records);
}

const step = (index: number, parent: number, depth: number) =>
  makeNode({ index, parent, depth, kind: 'next_step', text: `step ${index}`, tokenCount: 10 });
const end = (index: number, parent: number, depth: number, isRight: boolean) =>
  makeNode({
    index,
    parent,
    depth,
    kind: 'output',
    text: isRight ? '2' : '3',
    answer: isRight ? '2' : '3',
    isTerminal: true,
    isRight,
    tokenCount: 4,
  });

/** A short right path beside a long wrong one that begins well: it parts from two more right ones late. */
const LONG_WRONG = makeTree('q1', {
  nodes: [
    makeNode({ index: 0, parent: -1, depth: 0, kind: 'question', text: '' }),
    step(1, 0, 1),
    end(2, 1, 2, true),
    step(3, 0, 1),
    step(4, 3, 2),
    step(5, 4, 3),
    end(6, 5, 4, true),
    end(7, 5, 4, true),
    end(8, 5, 4, false),
  ],
});

describe('a reward tried on stored paths', () => {
  it('gives each part with what it looked at, by the functions that a run uses', async () => {
    const made = host.makeProject();
    await store(made, [LONG_WRONG]);
    const config = RlConfigSchema.parse({ reward: 'outcome', lengthWeight: 1, lengthSoftLimit: 20 });
    const preview = await host.client.previews.reward({ projectId: made.projectId, config });
    const wrong = preview.paths.find(({ isRight }) => !isRight)!;
    expect(wrong).toMatchObject({ answer: '3', tokens: 34, isWellFormed: true, leaf: 8 });
    expect(wrong.steps.map(({ token }) => token)).toEqual(['next_step', 'next_step', 'next_step', 'output']);
    // 14 tokens beyond 20: 14 / 20 of the weight. Below steps 3, 4 and 5 lie two right ends and one that earns 0.1.
    expect(wrong.parts.answer).toBeCloseTo(0.1, 12);
    expect(wrong.parts.length).toBeCloseTo(-0.7, 12);
    expect(wrong.total).toBeCloseTo(-0.6, 12);
    expect(wrong.steps[0]?.promise).toBeCloseTo(2.1 / 3, 12);
    expect(preview.upsetShare).toBe(0);
    expect(preview.settled).toBe(0);
  });

  it('says when a wrong path earns more than a right one', async () => {
    const made = host.makeProject();
    await store(made, [LONG_WRONG]);
    const of = (reward: string) =>
      host.client.previews.reward({ projectId: made.projectId, config: RlConfigSchema.parse({ reward }) });
    // As published, each step pays its promise: the long wrong path earns 0.1 + 3 · 0.7, the short right one 1 + 1.
    const published = await of('paper');
    expect(published.paths.find(({ isRight }) => !isRight)?.total).toBeCloseTo(2.2, 12);
    expect(published.paths.find(({ leaf }) => leaf === 2)?.total).toBeCloseTo(2, 12);
    expect(published.upsetShare).toBeCloseTo(1 / 3, 12);
    expect((await of('shaped')).upsetShare).toBe(0);
  });

  it('needs nothing but a project', async () => {
    const { projectId } = host.makeProject();
    const preview = await host.client.previews.reward({ projectId, config: RlConfigSchema.parse({}) });
    expect(preview).toMatchObject({ trees: 0, paths: [], upsetShare: null });
  });
});

describe('the plan of the tokens', () => {
  it('names the row of each and what it begins as, for the model that comes along', async () => {
    await host.host.close(0);
    host = new TestHost(folder.path, { models: createModelReader() });
    const { id: projectId } = await host.client.projects.create({ name: 'Plan', withEmbedded: true });
    const [base] = await host.client.models.list({ projectId });
    const ask = (config: object) =>
      host.client.previews.tokens({ projectId, checkpointId: base!.id, config: TokensConfigSchema.parse(config) });
    const plan = await ask({ initialisation: 'cue', promptSet: 'workbook', padToMultiple: 32 });
    expect(plan.rows).toHaveLength(16);
    // Ids follow the last token's, without a gap; rows that are there are taken before the table grows.
    expect(plan.rows.map(({ id }) => id)).toEqual(plan.rows.map((_, at) => plan.oldTokens + at));
    expect(plan.spareRowsUsed).toBe(Math.min(16, plan.oldRows - plan.oldTokens));
    expect(plan.newRows >= plan.oldTokens + 16).toBe(true);
    expect(plan.rows.find(({ surface }) => surface === '<clarify>')?.pieces?.length).toBeGreaterThan(0);
    const mean = await ask({ initialisation: 'mean' });
    expect(mean.rows.every(({ pieces }) => pieces === null)).toBe(true);
  });
});

describe('the first batch', () => {
  const ask = async (made: ReturnType<TestHost['makeProject']>, config: object) => {
    const [dataset] = await host.client.examples.datasets({ projectId: made.projectId });
    return host.client.previews.firstBatch({
      projectId: made.projectId,
      checkpointId: made.checkpointId,
      datasetId: dataset!.id,
      config: SftConfigSchema.parse(config),
    });
  };
  const examples = ['one', 'two', 'three'].map((key, at) =>
    makeExample(key, {
      questionId: `q${at}`,
      steps: [
        { token: 'next_step', text: '1 + 1 = 3', isTrained: false, role: 'wrong', nodeIndex: 1 },
        { token: 'output', text: '2', isTrained: true, role: 'output', nodeIndex: 2 },
      ],
    }),
  );

  it('shows what is read, taught, masked and padded, and the counts add up', async () => {
    await host.host.close(0);
    host = new TestHost(folder.path, {
      models: {
        inspect: () => Promise.reject(new Error('not asked for')),
        look: () => Promise.reject(new Error('not asked for')),
        config: () => Promise.resolve(null),
        readRows: () => Promise.reject(new Error('not asked for')),
        tokenizer: () => Promise.resolve(createToyModel().tokenizer),
      },
    });
    const made = host.makeProject();
    await store(made, examples);
    const batch = await ask(made, {
      batchSize: 2,
      validationShare: 0,
      microBatchTokens: 512,
      minUpdates: 0,
      epochs: 3,
    });
    expect(batch.rows).toHaveLength(2);
    expect(batch).toMatchObject({ trainExamples: 3, heldOutExamples: 0, leftOutExamples: 0, totalUpdates: 5 });
    const [row] = batch.rows;
    const usesOf = (surface: string) => row!.tokens.filter((token) => token.surface === surface).map(({ use }) => use);
    // A wrong turn is taught to begin and not taught to go on; its closing tag is masked with its text.
    expect(usesOf('<next_step>')).toEqual(['functional']);
    expect(usesOf('</next_step>')).toEqual(['masked']);
    expect(usesOf('<output>')).toEqual(['functional']);
    expect(row!.tokens[0]?.use).toBe('question');
    const all = batch.rows.flatMap(({ tokens }) => tokens);
    expect(batch.counts.functional).toBe(all.filter(({ use }) => use === 'functional').length);
    expect(batch.counts.masked).toBeGreaterThan(0);
    // Lines are as long as a multiple of 32 positions; a row of n tokens takes n − 1 of them.
    for (const { tokens, padding } of batch.rows) expect((tokens.length - 1 + padding) % 32).toBe(0);
  });

  it('is refused as the run would be, in words', async () => {
    const made = host.makeProject();
    await store(made, examples);
    // This test's model has no files of a tokenizer.
    await expect(ask(made, {})).rejects.toThrow(/tokenizer/);
  });
});
