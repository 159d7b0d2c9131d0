import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayoutName } from '@contracts/example-files';
import { DatasetId, type ProjectId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { LAYOUT_NAMES } from '@core/dataset/layouts/layout-names';
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

const ALL = { search: '' };
const inFolder = (name: string) => join(folder.path, name);

/** Three examples over a grown tree: accepted with a tag and judged steps, rejected, undecided. */
async function makeReviewed() {
  const made = host.makeProject();
  const { client } = host;
  const search = await client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const grower = await host.engine();
  grower.commit([makeTree('q1')]);
  grower.finish();
  await host.services.jobs.whenIdle();
  const spec = JobSpec.parse({ kind: 'examples', checkpointId: made.checkpointId, searchRunId: search.id, config: {} });
  const run = await client.runs.start({ projectId: made.projectId, spec });
  const engine = await host.engine();
  engine.commit([
    makeExample('a', { steps: makeExample('a').steps.map((step, at) => ({ ...step, isTrained: at > 0 })) }),
    makeExample('b', { prompt: 'What is 2 + 2?', referenceAnswer: '2' }),
    makeExample('c', { prompt: 'Wie viel ist „1 + 1“?\nZwei Zeilen.' }),
  ]);
  engine.finish();
  await host.services.jobs.whenIdle();
  const datasetId = DatasetId.parse((await client.runs.get({ id: run.id })).outputs.datasetId);
  const list = async (id = datasetId) =>
    (await client.examples.list({ datasetId: id, filter: ALL, offset: 0, limit: 50 })).examples;
  const [first, second] = await list();
  if (!first || !second) throw new Error('There are no examples.');
  const { decide } = client.examples;
  await decide({ ids: [first.id], decision: { action: 'verdict', verdict: 'accepted' } });
  await decide({ ids: [first.id], decision: { action: 'tag', tag: 'for class', isSet: true } });
  await decide({ ids: [first.id], decision: { action: 'note', note: 'short' } });
  await decide({ ids: [second.id], decision: { action: 'verdict', verdict: 'rejected' } });
  for (const [stepIndex, verdict] of (['right', 'wrong'] as const).entries()) {
    const { example } = await client.examples.get({ id: first.id });
    const mark = { verdict, note: '' };
    await decide({ ids: [first.id], decision: { action: 'step', stepIndex, mark, revision: example.revision } });
  }
  const write = (name: string, layout: LayoutName, more = {}) =>
    client.exampleFiles.export({
      datasetId,
      filter: ALL,
      verdicts: 'any',
      layout,
      format: name.endsWith('.parquet') ? 'parquet' : 'jsonl',
      path: inFolder(name),
      replace: false,
      ...more,
    });
  return { ...made, datasetId, list, write };
}

async function importAs(projectId: ProjectId, path: string, more = {}) {
  const preview = await host.client.exampleFiles.preview({ path });
  const layout = preview.layout ?? 'workbench';
  const columns = Object.fromEntries(preview.fields[layout].map(({ name, column }) => [name, column]));
  return host.client.exampleFiles.import({
    ...{ projectId, path, layout, columns, name: 'From a file', checkpointId: null, dryRun: false },
    ...more,
  });
}

describe('export and import', () => {
  it.each(['own.jsonl', 'own.parquet'])(
    'the own layout as %s brings everything back that a person decided',
    async (name) => {
      const { projectId, write, list } = await makeReviewed();
      const report = await write(name, 'workbench');
      expect(report).toMatchObject({ rows: 3, omitted: [] });
      const { dataset, accepted } = await importAs(projectId, report.path);
      if (!dataset) throw new Error('Nothing was stored.');
      expect(accepted).toBe(3);
      expect(dataset).toMatchObject({ name: 'From a file', count: 3, verdicts: { accepted: 1, rejected: 1, todo: 1 } });
      const bare = (example: Awaited<ReturnType<typeof list>>[number]) => ({
        ...example,
        id: '',
        datasetId: '',
        revision: 0,
      });
      expect((await list(dataset.id)).map(bare)).toEqual((await list()).map(bare));
      const { tags } = await host.client.examples.labels({ datasetId: dataset.id });
      expect(tags).toEqual([{ tag: 'for class', count: 1 }]);
      const found = await host.client.examples.rows({
        datasetId: dataset.id,
        filter: { search: 'zwei zeilen' },
        offset: 0,
        limit: 9,
      });
      expect(found.total).toBe(1);
    },
  );

  it.each(LAYOUT_NAMES)('the layout %s says the same in both formats', async (layout) => {
    const { projectId, write } = await makeReviewed();
    const reports = [await write('x.jsonl', layout), await write('x.parquet', layout)];
    const imported = [];
    for (const { path } of reports) {
      const { dataset } = await importAs(projectId, path);
      if (!dataset) throw new Error('Nothing was stored.');
      const { examples } = await host.client.examples.list({
        datasetId: dataset.id,
        filter: ALL,
        offset: 0,
        limit: 9,
      });
      imported.push(examples.map(({ prompt, steps, stepMarks }) => ({ prompt, steps, stepMarks })));
    }
    expect(imported[0]).toHaveLength(reports[0]?.rows ?? -1);
    expect(imported[1]).toEqual(imported[0]);
  });

  it('writes what a filter and the decisions choose, and counts what the layout has no row for', async () => {
    const { datasetId, write } = await makeReviewed();
    const { count } = host.client.exampleFiles;
    expect(await count({ datasetId, filter: ALL, verdicts: 'not-rejected' })).toEqual({ count: 2, judged: 1 });
    expect(await write('a.jsonl', 'alpaca', { verdicts: 'accepted' })).toMatchObject({ rows: 1 });
    expect(await write('b.jsonl', 'alpaca', { filter: { search: 'zwei' } })).toMatchObject({ rows: 1 });
    const report = await write('c.jsonl', 'trl-stepwise');
    expect(report).toMatchObject({ rows: 1, omitted: [{ reason: 'no-step-judged', count: 2 }] });
    expect(JSON.parse(readFileSync(report.path, 'utf8'))).toEqual({
      prompt: 'What is 1 + 1?',
      completions: ['<next_step>\n1 + 1 = 2\n</next_step>', '<output>\n2\n</output>'],
      labels: [true, false],
    });
  });

  it('never writes over a file unasked, into nowhere, or half a file', async () => {
    const { write } = await makeReviewed();
    const { path } = await write('a.jsonl', 'alpaca');
    writeFileSync(path, 'mine');
    await expect(write('a.jsonl', 'alpaca')).rejects.toMatchObject({ data: { facts: { code: 'file-exists' } } });
    expect(readFileSync(path, 'utf8')).toBe('mine');
    await write('a.jsonl', 'alpaca', { replace: true });
    expect(readFileSync(path, 'utf8')).not.toBe('mine');
    const missing = write('not/there.jsonl', 'alpaca');
    await expect(missing).rejects.toMatchObject({ data: { facts: { code: 'folder-missing' } } });
    const relative = write('a.jsonl', 'alpaca', { path: 'a.jsonl' });
    await expect(relative).rejects.toMatchObject({ data: { facts: { code: 'path-relative' } } });
    mkdirSync(inFolder('dir.jsonl'));
    await expect(write('dir.jsonl', 'alpaca', { replace: true })).rejects.toMatchObject({
      data: { facts: { code: 'file-exists' } },
    });
    expect(readdirSync(folder.path).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('a stopped export leaves what was there', async () => {
    const { write } = await makeReviewed();
    const { exportExamples } = await import('./example-export');
    const { path } = await write('a.jsonl', 'alpaca');
    const before = readFileSync(path, 'utf8');
    const [dataset] = await host.client.examples.datasets({ projectId: (await host.client.projects.list({}))[0]!.id });
    const input = {
      datasetId: dataset!.id,
      filter: ALL,
      verdicts: 'any',
      layout: 'messages',
      format: 'jsonl',
      path,
      replace: true,
    } as const;
    await expect(exportExamples(host.services, input, AbortSignal.abort())).rejects.toMatchObject({
      kind: 'cancelled',
    });
    expect(readFileSync(path, 'utf8')).toBe(before);
  });

  it('bad rows are listed with line and reason and cost no other row', async () => {
    const { projectId } = host.makeProject();
    const path = inFolder('mixed.jsonl');
    const row = (output: string) => JSON.stringify({ instruction: 'What is 1 + 1?', input: '', output });
    const lines = [row('<output>2</output>'), 'not json', row('<verify>open'), '[]', row('<output>2</output>')];
    writeFileSync(path, `${lines.join('\n')}\n`);
    const rehearsal = await importAs(projectId, path, { dryRun: true });
    expect(rehearsal).toMatchObject({ dataset: null, accepted: 2, duplicates: 1, rejectedCount: 3 });
    expect(await host.client.examples.datasets({ projectId })).toEqual([]);
    const report = await importAs(projectId, path);
    expect({ ...report, dataset: null }).toEqual(rehearsal);
    expect(report.rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [2, expect.stringContaining('not valid JSON')],
      [3, expect.stringContaining('not closed')],
      [4, 'This line is not a JSON object.'],
    ]);
    const { errorClasses } = await host.client.examples.labels({ datasetId: report.dataset!.id });
    expect(errorClasses).toContainEqual({ errorClass: 'duplicate', count: 1 });
  });

  it('a list of ShareGPT conversations in one JSON file is read', async () => {
    const { projectId } = host.makeProject();
    const path = inFolder('list.json');
    const turns = [
      { from: 'human', value: '1 + 1?' },
      { from: 'gpt', value: '1 + 1 = 2. The answer is 2.' },
    ];
    writeFileSync(path, JSON.stringify([{ conversations: turns }, { conversations: [] }], null, 2));
    expect(await importAs(projectId, path)).toMatchObject({ accepted: 1, rejectedCount: 1 });
  });

  it('a file of which nothing can be used leaves no data set and says why', async () => {
    const { projectId } = host.makeProject();
    const path = inFolder('bad.jsonl');
    writeFileSync(path, `${JSON.stringify({ instruction: '', output: '' })}\n`);
    await expect(importAs(projectId, path)).rejects.toMatchObject({ data: { facts: { code: 'examples-empty' } } });
    const noColumn = importAs(projectId, path, { columns: { instruction: null } });
    await expect(noColumn).rejects.toMatchObject({ data: { facts: { code: 'column-missing', where: 'instruction' } } });
    expect(await host.client.examples.datasets({ projectId })).toEqual([]);
  });

  it('questions go out for reinforcement learning elsewhere', async () => {
    const { questionSetId } = host.makeProject();
    const write = (layout: 'trl' | 'openrlhf' | 'workbench') =>
      host.client.exampleFiles.exportQuestions({
        id: questionSetId,
        layout,
        format: 'jsonl',
        path: inFolder(`${layout}.jsonl`),
        replace: false,
      });
    const first = async (layout: 'trl' | 'openrlhf' | 'workbench') =>
      JSON.parse(readFileSync((await write(layout)).path, 'utf8').split('\n')[0] ?? '') as unknown;
    expect(await first('trl')).toEqual({
      prompt: [{ role: 'user', content: 'What is 1 + 1?' }],
      answer: '2',
      id: 'q1',
    });
    expect(await first('openrlhf')).toEqual({ input: 'What is 1 + 1?', label: '2', id: 'q1' });
    expect(await first('workbench')).toEqual({ id: 'q1', prompt: 'What is 1 + 1?', referenceAnswer: '2' });
  });

  it('a recipe beside an exported model holds data, scripts and settings', async () => {
    const { projectId, checkpointId, datasetId, questionSetId } = await makeReviewed();
    const spec = JobSpec.parse({ kind: 'export', checkpointId, config: {} });
    const run = await host.client.runs.start({ projectId, spec });
    const engine = await host.engine();
    const model = inFolder('export/model');
    mkdirSync(model, { recursive: true });
    const { writeRecipe } = host.client.exampleFiles;
    await expect(writeRecipe({ runId: run.id, datasetId, questionSetId })).rejects.toMatchObject({
      data: { facts: { code: 'recipe-no-model' } },
    });
    engine.commit([{ type: 'artefact', kind: 'model-folder', path: model, sizeBytes: 1, sha256: '' }]);
    engine.finish();
    await host.services.jobs.whenIdle();
    const recipe = await writeRecipe({ runId: run.id, datasetId, questionSetId });
    for (const file of recipe.files) expect(existsSync(join(recipe.folder, file)), file).toBe(true);
    const settings = JSON.parse(readFileSync(join(recipe.folder, 'recipe.json'), 'utf8')) as Record<string, unknown>;
    expect(settings).toMatchObject({ model: '../model', sft: { data: 'data/sft.jsonl', learningRate: 5e-5 } });
    const shell = readFileSync(join(recipe.folder, 'openrlhf.sh'), 'utf8');
    expect(shell).not.toContain('{{');
    expect(readFileSync(join(recipe.folder, 'data/sft.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
    const none = writeRecipe({ runId: run.id, datasetId: null, questionSetId: null });
    await expect(none).rejects.toMatchObject({ data: { facts: { code: 'recipe-no-data' } } });
  });
});

describe('an import that broke off with its host', () => {
  it('is marked, can be read again whole, and can be taken away', async () => {
    const { projectId } = host.makeProject();
    const rows = Array.from({ length: 3 }, (_, at) => ({ prompt: `What is ${at}?`, completion: `It is ${at}.` }));
    writeFileSync(inFolder('mine.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    const input = {
      projectId,
      path: inFolder('mine.jsonl'),
      layout: 'trl-prompt-completion' as const,
      columns: { prompt: 'prompt', completion: 'completion' },
      name: 'Mine',
      checkpointId: null,
      dryRun: false,
    };
    const whole = await host.client.exampleFiles.import(input);
    expect(whole.dataset).toMatchObject({ name: 'Mine', count: 3, brokenImport: null });
    // What a host that dies in the middle leaves behind.
    const leave = (id: string) =>
      host.services.db
        .prepare('INSERT INTO datasets (id, project_id, name, created_at_ms, import_json) VALUES (?, ?, ?, 1, ?)')
        .run(id, projectId, 'Mine (import not finished)', JSON.stringify(input));
    leave('half');
    const half = async () => (await host.client.examples.datasets({ projectId })).filter((one) => one.brokenImport);
    expect(await half()).toMatchObject([{ id: 'half', brokenImport: { path: input.path } }]);
    const again = await host.client.exampleFiles.importAgain({ datasetId: DatasetId.parse('half') });
    expect(again.dataset).toMatchObject({ name: 'Mine', count: 3, brokenImport: null });
    expect(await half()).toEqual([]);
    leave('other');
    expect(await host.client.examples.removeDataset({ id: DatasetId.parse('other') })).toEqual({
      removed: true,
      blockedBy: [],
    });
    expect(await half()).toEqual([]);
    expect((await host.client.trash.list({ projectId })).map(({ kind }) => kind)).toEqual(['dataset']);
  });
});
