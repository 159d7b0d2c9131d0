import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExampleRecord } from '@contracts/engine-protocol';
import { DatasetId, ExampleId, ProjectId } from '@contracts/ids';
import type { ExampleFilter } from '@contracts/examples';
import { createRng } from '@core/random/rng';
import type { Rng } from '@core/ports';
import { composeHost, type Host } from '../src/main/host/compose';
import { countExported, exportExamples } from '../src/main/host/services/example-export';
import { importExamples } from '../src/main/host/services/example-import';
import { decideAllExamples, getExample, listDatasets, listLabels, pageRows } from '../src/main/host/services/examples';
import { upsertExample } from '../src/main/host/store/repositories/example-insert';
import { insertDataset } from '../src/main/host/store/repositories/examples';
import { insertProject } from '../src/main/host/store/repositories/projects';
import { transaction } from '../src/main/host/store/sql';
import type { Measurement } from './row';

const EXAMPLES = 100_000;
/** Examples stored the way an engine's records are: this many in a commit. */
const ENGINE_COMMIT = 100;
const ENGINE_EXAMPLES = 10_000;
const REPETITIONS = 5;
/** The worst word of each question and each step: whatever is searched finds all. */
const COMMON = 'total';

/** Opening, filtering, searching, deciding, importing and exporting a data set of 100,000 examples, in the host's own process. */
export async function measureReview(log: (line: string) => void): Promise<Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), 'workbench-bench-review-'));
  const host = composeHost({
    dataFolder: join(folder, 'data'),
    resourcesFolder: 'resources',
    shell: 'none',
    spawnEngine: () => {
      throw new Error('This bench runs no jobs.');
    },
  });
  try {
    return await measureIn(host, folder, log);
  } finally {
    await host.close(0);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureIn({ services }: Host, folder: string, log: (line: string) => void): Promise<Measurement[]> {
  const projectId = ProjectId.parse('project');
  insertProject(services.db, { id: projectId, name: 'Bench', createdAtMs: 0, isDemo: false });
  const file = join(folder, 'examples.jsonl');
  await writeExamples(file);
  log(`${EXAMPLES} examples are written to a file`);

  const importing = await timed(() =>
    importExamples(services, {
      ...{ projectId, path: file, layout: 'workbench', name: 'Bench', checkpointId: null, dryRun: false },
      columns: Object.fromEntries(COLUMNS.map((name) => [name, name])),
    }),
  );
  const datasetId = importing.value.dataset?.id;
  if (!datasetId) throw new Error('The import stored nothing.');
  log(`imported in ${(importing.ms / 1000).toFixed(1)} s`);
  const exporting = await timed(() =>
    exportExamples(services, {
      ...{ datasetId, filter: { search: '' }, verdicts: 'any', layout: 'trl-prompt-completion', replace: true },
      ...{ format: 'jsonl', path: join(folder, 'out.jsonl') },
    }),
  );
  const parquet = await timed(() =>
    exportExamples(services, {
      ...{ datasetId, filter: { search: '' }, verdicts: 'any', layout: 'trl-prompt-completion', replace: true },
      ...{ format: 'parquet', path: join(folder, 'out.parquet') },
    }),
  );
  const rows: Measurement[] = [
    perExample('import of 100,000 examples from JSON lines', importing.ms, EXAMPLES, 0.5),
    perExample(
      'storing the records of an engine, 100 in a commit',
      storeAsEngine(services, projectId),
      ENGINE_EXAMPLES,
    ),
    perExample('export of 100,000 examples as JSON lines', exporting.ms, EXAMPLES),
    perExample('export of 100,000 examples as Parquet', parquet.ms, EXAMPLES),
  ];
  const open = () => {
    listDatasets(services, projectId);
    const page = pageRows(services, { datasetId, filter: { search: '' }, offset: 0, limit: 100 });
    listLabels(services, datasetId);
    return getExample(services, page.rows[0]?.id ?? ExampleId.parse('none'));
  };
  rows.push(await repeated('opening 100,000 examples: data sets, first rows, labels, first example', 1000, open));
  for (const [name, filter, offset = 0] of CASES)
    rows.push(
      await repeated(name, 200, () =>
        pageRows(services, { datasetId, filter: { search: '', ...filter }, offset, limit: 100 }),
      ),
    );
  const decide = (verdict: 'accepted' | 'todo') => () =>
    decideAllExamples(services, datasetId, { search: '' }, { action: 'verdict', verdict });
  const deciding = await timed(decide('accepted'));
  rows.push({ case: 'one verdict on all 100,000', unit: 'ms', samples: [deciding.ms], better: 'lower' });
  const counting = () => countExported(services, { datasetId, filter: { search: COMMON }, verdicts: 'accepted' });
  rows.push(await repeated('count of an export', 200, counting));
  return rows;
}

const COLUMNS = ['key', 'questionId', 'prompt', 'referenceAnswer', 'kind', 'steps', 'tags', 'verdict', 'note'];

const CASES: readonly (readonly [name: string, filter: Partial<ExampleFilter>, offset?: number])[] = [
  ['first rows', {}],
  ['rows from 90,000 on', {}, 90_000],
  ['filter: undecided, half of all', { verdict: 'todo' }],
  ['filter: undecided, from 40,000 on', { verdict: 'todo' }, 40_000],
  ['filter: kind, a third of all', { kind: 'merged' }],
  ['filter: error class', { errorClass: 'wrong-answer' }],
  ['filter: tag, a tenth of all', { tag: 'often' }],
  ['filter: kind, decision, error class and problems', { kind: 'merged', verdict: 'todo', hasProblems: true }],
  ['search: a word in all of them', { search: COMMON }],
  ['search: a word in all of them, from 90,000 on', { search: COMMON }, 90_000],
  ['search: a word in half of them', { search: 'half' }],
  ['search: the beginning of a word in all', { search: 'tot' }],
  ['search: three letters that begin a twentieth of all words', { search: 'con' }],
  ['search: a phrase in all of them', { search: '"in total"' }],
  ['search: two common words and a filter', { search: 'total half', verdict: 'todo' }],
  ['search: a rare word', { search: 'unique77777' }],
  ['search: a word that is not there', { search: 'nowhere' }],
];

async function writeExamples(path: string): Promise<void> {
  const rng = createRng('review bench');
  const out = createWriteStream(path);
  for (let index = 0; index < EXAMPLES; index++)
    if (!out.write(`${JSON.stringify(makeExample(index, rng))}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'close');
}

const SYLLABLES = 'con pre sub tra mo ne li ra te si ho du pa ki ver lo ba fi sto gen'.split(' ');
/** 4,000 words of two to four syllables. */
const VOCABULARY = Array.from({ length: 4000 }, (_, index) => {
  const pick = (at: number) => SYLLABLES[Math.floor(index / 20 ** at) % 20] ?? '';
  return [pick(0), pick(1), pick(2), index % 3 === 0 ? pick(1) : ''].join('');
});

/** About 900 characters in six steps, words as often as in ordinary text. */
function makeExample(index: number, rng: Rng) {
  const words = (count: number) =>
    Array.from({ length: count }, () => VOCABULARY[Math.floor(VOCABULARY.length * rng.next() ** 3)]).join(' ');
  const step = (token: string, text: string, role = 'right') => ({
    token,
    text,
    role,
    isTrained: true,
    nodeIndex: index % 30,
  });
  const work = (at: number) => step('next_step', `${words(18)} gives ${index + at} in total.`);
  return {
    key: `example ${index}`,
    questionId: `question ${index >> 2}`,
    prompt: `${words(25)} ${index % 2 ? 'half' : 'double'} of unique${index}. How many in total?`,
    referenceAnswer: String(index % 5 === 0 ? index + 1 : index),
    kind: index % 3 === 0 ? 'merged' : 'clean',
    steps: [
      step('clarify', words(15)),
      work(1),
      work(2),
      step('verify', words(12), 'verify'),
      work(3),
      step('output', String(index), 'output'),
    ],
    tags: index % 10 === 0 ? ['often'] : [],
    verdict: index % 2 === 0 ? 'todo' : 'accepted',
    note: index % 50 === 0 ? 'Look at this again.' : '',
  };
}

function storeAsEngine(services: Host['services'], projectId: ProjectId): number {
  const rng = createRng('review bench, engine');
  const datasetId = DatasetId.parse('engine');
  insertDataset(services.db, { id: datasetId, projectId, name: 'Engine', createdAtMs: 0 });
  // The records are of the shape that the engine sends.
  const records = Array.from({ length: ENGINE_EXAMPLES }, (_, index) => ({
    ...makeExample(index, rng),
    ...{ type: 'example', nodePath: [0, 1, 2], problems: [], tokenCount: 300 },
  })) as unknown as ExampleRecord[];
  const begin = performance.now();
  for (let from = 0; from < records.length; from += ENGINE_COMMIT)
    transaction(services.db, () => {
      for (const record of records.slice(from, from + ENGINE_COMMIT))
        upsertExample(services.db, { newId: services.newId('example') as ExampleId, datasetId, treeId: null }, record);
    });
  return performance.now() - begin;
}

function perExample(name: string, ms: number, count: number, goal?: number): Measurement {
  return {
    case: name,
    unit: 'ms for each',
    samples: [ms / count],
    better: 'lower',
    ...(goal !== undefined && { goal }),
  };
}

async function repeated(name: string, goal: number, work: () => unknown): Promise<Measurement> {
  const samples: number[] = [];
  for (let repetition = 0; repetition < REPETITIONS; repetition++) samples.push((await timed(work)).ms);
  return { case: name, unit: 'ms', samples, goal, better: 'lower' };
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number }> {
  const begin = performance.now();
  const value = await work();
  return { value, ms: performance.now() - begin };
}
