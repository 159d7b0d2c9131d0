import { existsSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { QuestionSetRole } from '@contracts/questions';
import { makeTestFolder, TestHost } from '../testing/test-host';
import { parseCsv } from './question-files/csv';

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

const MAPPING = { prompt: 'question', answer: 'answer', id: null };

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
}

function importFile(
  path: string,
  options: { dryRun?: boolean; mapping?: typeof MAPPING; role?: QuestionSetRole } = {},
) {
  const { projectId } = host.makeProject();
  const { dryRun = false, mapping = MAPPING, role = 'train' } = options;
  return host.client.questions.import({ projectId, path, mapping, name: 'set', role, dryRun });
}

describe('JSON lines', () => {
  const lines = [
    '{"question": "One and one?", "answer": "2"}',
    '{"question": "Half a line", ',
    '',
    '["a", "list"]',
    '{"question": "", "answer": "3"}',
    '{"question": "No answer?"}',
    '{"question": "One and one?", "answer": "2"}',
    '{"question": "Say <verify> aloud", "answer": "no"}',
    '{"question": "Why?", "answer": "because it is so"}',
    '{"question": "Two and two?", "answer": "First 2 + 2 = 4.\\n#### 4"}',
  ];

  it('are read with a report of every row that was left out, by line', async () => {
    const report = await importFile(write('q.jsonl', lines.join('\r\n')));
    expect(report).toMatchObject({ accepted: 3, rejectedCount: 6, set: { count: 3, role: 'train' } });
    expect(report.rejected.map(({ line, reason }) => [line, reason])).toEqual([
      [2, expect.stringContaining('not valid JSON')],
      [4, 'This line is not a JSON object.'],
      [5, 'The column “question” is empty.'],
      [6, 'The column “answer” is empty.'],
      [7, 'The same question as in line 1.'],
      [8, expect.stringContaining('“<verify>”, which is a functional token')],
    ]);
    const page = await host.client.questions.rows({
      id: report.set?.id ?? ('' as never),
      search: '',
      offset: 0,
      limit: 10,
    });
    expect(page.rows.map((row) => [row.prompt, row.referenceAnswer])).toEqual([
      ['One and one?', '2'],
      ['Why?', 'because it is so'],
      ['Two and two?', '4'],
    ]);
  });

  it('are only reported on in a dry run', async () => {
    const report = await importFile(write('q.jsonl', lines.join('\n')), { dryRun: true });
    expect(report).toMatchObject({ set: null, accepted: 3, rejectedCount: 6 });
    const [project] = await host.client.projects.list({});
    const sets = await host.client.questions.list({ projectId: project?.id ?? ('' as never) });
    expect(sets.map((set) => set.name)).toEqual(['three']);
  });

  it('may begin with a byte order mark', async () => {
    expect(await importFile(write('q.jsonl', `\uFEFF${lines[0]}`))).toMatchObject({ accepted: 1, rejectedCount: 0 });
  });

  it('without a usable row are refused with the first reason', async () => {
    const path = write('q.jsonl', '{"question": "", "answer": "1"}\n');
    await expect(importFile(path)).rejects.toMatchObject({
      data: { facts: { code: 'questions-empty' }, message: expect.stringContaining('line 1') },
    });
  });
});

describe('files of published sets', () => {
  it('offer columns that are made of others, and are imported by them', async () => {
    const path = write('24.csv', 'Rank,Puzzles\n1,1 1 4 6\n2,\n');
    const preview = await host.client.questions.preview({ path });
    expect(preview.columns).toEqual(['Rank', 'Puzzles', 'task of Puzzles', 'numbers of Puzzles']);
    expect(preview.rows[0]?.['numbers of Puzzles']).toBe('24 using 1 1 4 6');
    expect(preview.suggestedMapping).toEqual({ prompt: 'task of Puzzles', answer: 'numbers of Puzzles', id: null });
    const mapping = { prompt: 'task of Puzzles', answer: 'numbers of Puzzles', id: null };
    expect(await importFile(path, { mapping })).toMatchObject({ accepted: 1, rejectedCount: 1 });
  });
});

describe('CSV', () => {
  it('may have quoted line breaks; lines are counted as an editor shows them', async () => {
    const text = 'question,answer\n"Two\nlines?",4\nthree,cells,here\n"quoted ""word""",5\n';
    const rows = [...parseCsv(text)];
    expect(rows).toEqual([
      { line: 2, cells: { question: 'Two\nlines?', answer: '4' } },
      { line: 4, problem: 'This row has 3 cells, the header has 2.', excerpt: 'three, cells, here' },
      { line: 5, cells: { question: 'quoted "word"', answer: '5' } },
    ]);
  });

  it('names the line of a quote that is never closed', () => {
    const rows = [...parseCsv('question,answer\nfine,1\n"never closed,2\n')];
    expect(rows.at(-1)).toMatchObject({ line: 3, problem: expect.stringContaining('quotation mark') });
  });

  it('may be separated by semicolons or tabs', async () => {
    expect(await importFile(write('a.csv', 'question;answer\nOne?;1\nTwo?;2\n'))).toMatchObject({ accepted: 2 });
    expect(await importFile(write('b.tsv', 'question\tanswer\nOne?\t1\nTwo?\t2\n'))).toMatchObject({ accepted: 2 });
  });
});

describe('a preview', () => {
  it('shows the columns and guesses which is which', async () => {
    const path = write(
      'mawps.jsonl',
      '{"input": "How many?", "target": 7.0, "extra": {"a": [1]}}\n{"input": "And?", "target": 8}\n',
    );
    expect(await host.client.questions.preview({ path })).toEqual({
      path,
      format: 'jsonl',
      columns: ['input', 'target', 'extra'],
      suggestedMapping: { prompt: 'input', answer: 'target', id: null },
      rows: [
        { input: 'How many?', target: '7', extra: '{"a":[1]}' },
        { input: 'And?', target: '8' },
      ],
      totalRows: 2,
    });
  });

  it.each([
    ['nothing.jsonl', null, 'file-missing'],
    ['empty.jsonl', '', 'file-empty'],
    ['picture.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0, 0]), 'question-format'],
    ['one.json', '"question"', 'question-format'],
    ['list.json', '[{"question": "a"}] and more', 'json-list-damaged'],
    ['broken.parquet', 'PAR1 and nothing more', 'parquet-damaged'],
  ])('of %s is refused with the way out', async (name, content, code) => {
    const path = content === null ? join(folder.path, name) : write(name, content);
    await expect(host.client.questions.preview({ path })).rejects.toMatchObject({
      data: { facts: { code, wayOut: expect.any(String) } },
    });
  });
});

describe('a question set', () => {
  it('is searched with its wildcards taken literally', async () => {
    const path = write(
      'q.jsonl',
      '{"question": "100% sure?", "answer": "1"}\n{"question": "100 percent?", "answer": "2"}\n',
    );
    const { set } = await importFile(path);
    const find = async (search: string) =>
      (await host.client.questions.rows({ id: set?.id ?? ('' as never), search, offset: 0, limit: 5 })).total;
    expect([await find(''), await find('100'), await find('100%'), await find('PERCENT')]).toEqual([2, 2, 1, 1]);
  });

  it('goes from the list, and keeps its rows while a run stands on it', async () => {
    const made = host.makeProject();
    const { db } = host.services;
    const rows = () => (db.prepare('SELECT COUNT(*) AS count FROM questions').get() as { count: number }).count;
    const { set } = await importFile(write('q.jsonl', '{"question": "One?", "answer": "1"}\n'));
    expect(rows()).toBeGreaterThan(3);
    const before = rows();
    expect(await host.client.questions.remove({ id: set?.id ?? ('' as never) })).toEqual({ removed: true });
    expect(rows()).toBe(before);
    await host.client.trash.empty({ projectId: set?.projectId ?? made.projectId });
    expect(rows()).toBe(before - 1);
    const spec = { kind: 'search', checkpointId: made.checkpointId, questionSetId: made.questionSetId } as const;
    const { JobSpec } = await import('@contracts/jobs');
    await host.client.runs.start({ projectId: made.projectId, spec: JobSpec.parse({ ...spec, config: {} }) });
    await host.client.questions.remove({ id: made.questionSetId });
    await host.client.trash.empty({ projectId: made.projectId });
    expect(rows()).toBe(before - 1);
    expect(await host.client.questions.list({ projectId: made.projectId })).toEqual([]);
    (await host.engine()).finish();
  });
});

const data = process.env['WORKBENCH_DATA'] ?? '../shared/data';
const realFile = (path: string) => resolve(data, path);

describe.skipIf(!existsSync(data))('real files', () => {
  it.each([
    ['gsm8k/test.jsonl', 1319],
    ['mawps/singleeq.jsonl', 508],
    ['multiarith/test.jsonl', 600],
  ])('%s comes in whole, but for its own duplicates', async (path, rows) => {
    const preview = await host.client.questions.preview({ path: realFile(path) });
    expect(preview.totalRows).toBe(rows);
    const mapping = preview.suggestedMapping;
    if (!mapping) throw new Error('No mapping was suggested.');
    const { projectId } = host.makeProject();
    const input = { projectId, path: realFile(path), mapping, name: 'real', role: 'test', dryRun: true } as const;
    const report = await host.client.questions.import(input);
    expect(report.accepted + report.rejectedCount).toBe(rows);
    expect(report.rejected.every((row) => row.reason.startsWith('The same'))).toBe(true);
    expect(report.accepted).toBeGreaterThan(rows * 0.9);
  });
});
