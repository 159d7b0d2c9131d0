import type { ExampleInput } from '@contracts/engine-protocol';
import type { Dataset, Example, ExampleFilter, ExampleStep, StepMark, Verdict } from '@contracts/examples';
import type { DatasetId, ExampleId, ProjectId, RunId, TreeId } from '@contracts/ids';
import type { TokenSetData } from '@core/tokens/token-set';
import { bit, count, execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';
import { classesOfMask, filterClause, maskOfClasses, type Selection } from './example-filter';
import { indexExample } from './example-texts';
import { notInTrash } from './trash';

export interface ExampleRow {
  seq: number;
  id: ExampleId;
  dataset_id: DatasetId;
  position: number;
  key: string;
  tree_id: TreeId | null;
  question_id: string;
  prompt: string;
  reference_answer: string;
  kind: Example['kind'];
  steps_json: string;
  node_path_json: string;
  problems_json: string;
  token_count: number;
  verdict: Verdict;
  is_edited: number;
  note: string;
  revision: number;
  error_mask: number;
  tags_json: string;
  step_marks_json: string;
}

interface DatasetRow {
  id: DatasetId;
  project_id: ProjectId;
  run_id: RunId | null;
  name: string;
  created_at_ms: number;
  import_json: string | null;
  token_set_json: string | null;
  total: number;
  merged: number;
  todo: number;
  accepted: number;
  rejected: number;
}

const SELECT_DATASET = `SELECT datasets.*, COUNT(examples.seq) AS total,
    COUNT(*) FILTER (WHERE examples.kind = 'merged') AS merged, COUNT(*) FILTER (WHERE examples.verdict = 'todo') AS todo,
    COUNT(*) FILTER (WHERE examples.verdict = 'accepted') AS accepted, COUNT(*) FILTER (WHERE examples.verdict = 'rejected') AS rejected
  FROM datasets LEFT JOIN examples ON examples.dataset_id = datasets.id`;

/** Newest first. */
export function listDatasets(db: ReadableDb, projectId: ProjectId): Dataset[] {
  const sql = `${SELECT_DATASET} WHERE datasets.project_id = $projectId AND ${notInTrash('datasets.id', 'datasets.run_id')}
    GROUP BY datasets.id ORDER BY datasets.created_at_ms DESC, datasets.rowid DESC`;
  return selectAll<DatasetRow>(db, sql, { projectId }).map(toDataset);
}

export function findDataset(db: ReadableDb, id: DatasetId): Dataset | null {
  const row = selectOne<DatasetRow>(db, `${SELECT_DATASET} WHERE datasets.id = $id GROUP BY datasets.id`, { id });
  return row ? toDataset(row) : null;
}

/** A data set that a person fills, without a run. Call inside a transaction. */
export function insertDataset(
  db: WritableDb,
  dataset: {
    readonly id: DatasetId;
    readonly projectId: ProjectId;
    readonly name: string;
    readonly createdAtMs: number;
    /** What is imported into it, until its last row is there. */
    readonly import?: unknown;
    /** Whose tokens the steps carry; null for the eight of the paper. */
    readonly tokenSet?: TokenSetData | null;
  },
): void {
  const { import: source, tokenSet = null, ...row } = dataset;
  execute(
    db,
    `INSERT INTO datasets (id, project_id, run_id, name, created_at_ms, import_json, token_set_json)
     VALUES ($id, $projectId, NULL, $name, $createdAtMs, $source, $tokenSet)`,
    {
      ...row,
      source: source === undefined ? null : JSON.stringify(source),
      tokenSet: tokenSet && JSON.stringify(tokenSet),
    },
  );
}

/** Id of the example that a data set has under a natural key. */
export function findExampleByKey(db: ReadableDb, datasetId: DatasetId, key: string): ExampleId | null {
  const sql = 'SELECT id FROM examples WHERE dataset_id = $datasetId AND key = $key';
  return selectOne<{ id: ExampleId }>(db, sql, { datasetId, key })?.id ?? null;
}

export function deleteExample(db: WritableDb, id: ExampleId): void {
  execute(db, 'DELETE FROM examples WHERE id = $id', { id });
}

/** The data set of a run, made on first use. Call inside a transaction. */
export function ensureDataset(
  db: WritableDb,
  wanted: {
    newId: DatasetId;
    projectId: ProjectId;
    runId: RunId;
    name: string;
    nowMs: number;
    tokenSet?: TokenSetData | null;
  },
): DatasetId {
  const { tokenSet = null, ...rest } = wanted;
  execute(
    db,
    `INSERT INTO datasets (id, project_id, run_id, name, created_at_ms, token_set_json)
     VALUES ($newId, $projectId, $runId, $name, $nowMs, $tokenSet)
     ON CONFLICT (run_id) DO NOTHING`,
    { ...rest, tokenSet: tokenSet && JSON.stringify(tokenSet) },
  );
  const row = selectOne<{ id: DatasetId }>(db, 'SELECT id FROM datasets WHERE run_id = $runId', {
    runId: wanted.runId,
  });
  return row?.id ?? wanted.newId;
}

export interface ExampleQuery {
  readonly datasetId: DatasetId;
  readonly filter: ExampleFilter;
  readonly offset: number;
  readonly limit: number;
}

/** A page of examples in their order, with the count of all that the filter shows. */
export function pageExamples(db: ReadableDb, query: ExampleQuery): { total: number; examples: Example[] } {
  const { where, params } = filterClause(query.datasetId, query.filter);
  const total = count(db, `SELECT COUNT(*) AS count FROM examples WHERE ${where}`, params);
  const rows = selectAll<ExampleRow>(
    db,
    `SELECT * FROM examples WHERE ${where} ORDER BY position LIMIT $limit OFFSET $offset`,
    { ...params, limit: query.limit, offset: query.offset },
  );
  return { total, examples: rows.map(toExample) };
}

export function findExample(db: ReadableDb, id: ExampleId): Example | null {
  const row = selectOne<ExampleRow>(db, 'SELECT * FROM examples WHERE id = $id', { id });
  return row ? toExample(row) : null;
}

/** Rows fetched at a time while a data set is walked; other statements may run in between. */
const WALK_ROWS = 500;

/** What SFT trains on: everything that was not rejected, in order, one by one. */
export function* eachTrainable(db: ReadableDb, datasetId: DatasetId): Generator<ExampleInput> {
  const sql = `SELECT * FROM examples WHERE dataset_id = $datasetId AND position > $after AND verdict <> 'rejected'
    ORDER BY position LIMIT $limit`;
  for (let after = -1; ;) {
    const rows = selectAll<ExampleRow>(db, sql, { datasetId, after, limit: WALK_ROWS });
    for (const row of rows) {
      yield {
        key: row.key,
        questionId: row.question_id,
        prompt: row.prompt,
        referenceAnswer: row.reference_answer,
        kind: row.kind,
        steps: fromJson<ExampleStep[]>(row.steps_json),
        stepMarks: fromJson<StepMark[]>(row.step_marks_json),
      };
    }
    const last = rows.at(-1);
    if (!last) return;
    after = last.position;
  }
}

/** A stored example with the key that its data set knows it by. */
export interface KeyedExample {
  readonly key: string;
  readonly example: Example;
}

/**
 * Every selected example in order, read in pieces: only their numbers are in memory at once. What is selected is settled at the start,
 * whatever is decided meanwhile.
 */
export function* eachSelected(db: ReadableDb, { where, params }: Selection): Generator<KeyedExample> {
  const found = selectAll<{ seq: number }>(db, `SELECT seq FROM examples WHERE ${where} ORDER BY position`, params);
  for (let from = 0; from < found.length; from += WALK_ROWS) {
    const seqs = JSON.stringify(found.slice(from, from + WALK_ROWS).map(({ seq }) => seq));
    const rows = selectAll<ExampleRow>(
      db,
      'SELECT * FROM examples WHERE seq IN (SELECT value FROM json_each($seqs)) ORDER BY position',
      { seqs },
    );
    for (const row of rows) yield { key: row.key, example: toExample(row) };
  }
}

export function countSelected(db: ReadableDb, { where, params }: Selection): number {
  return count(db, `SELECT COUNT(*) AS count FROM examples WHERE ${where}`, params);
}

/** Says that the last row of an import is there. */
export function finishImport(db: WritableDb, id: DatasetId, name: string): void {
  execute(db, 'UPDATE datasets SET name = $name, import_json = NULL WHERE id = $id', { id, name });
}

/** What was to be imported into a data set; null where it is whole. */
export function findImport(db: ReadableDb, id: DatasetId): unknown {
  const row = selectOne<{ import_json: string | null }>(db, 'SELECT import_json FROM datasets WHERE id = $id', { id });
  return row?.import_json ? fromJson(row.import_json) : null;
}

/** Removes a data set with its examples. */
export function removeDataset(db: WritableDb, id: DatasetId): void {
  execute(db, 'DELETE FROM datasets WHERE id = $id', { id });
}

/** Number of examples that SFT would train on. */
export function countTrainable(db: ReadableDb, datasetId: DatasetId): number {
  return count(db, `SELECT COUNT(*) AS count FROM examples WHERE dataset_id = $datasetId AND verdict <> 'rejected'`, {
    datasetId,
  });
}

/** Tokens of the longest example that can be trained on; 0 where there is none. */
export function longestTrainable(db: ReadableDb, datasetId: DatasetId): number {
  return count(
    db,
    `SELECT COALESCE(MAX(token_count), 0) AS count FROM examples WHERE dataset_id = $datasetId AND verdict <> 'rejected'`,
    { datasetId },
  );
}

/** The fields a decision changes; revision is raised by every write. */
export interface ExampleState {
  readonly verdict: Verdict;
  readonly note: string;
  readonly steps: readonly ExampleStep[];
  readonly problems: readonly string[];
  readonly tokenCount: number;
  readonly isEdited: boolean;
  /** Error classes as bits. */
  readonly errorMask: number;
  readonly stepMarks: readonly StepMark[];
}

export function stateOf(example: Example): ExampleState {
  return { ...example, errorMask: maskOfClasses(example.errorClasses) };
}

export function writeExampleState(db: WritableDb, id: ExampleId, state: Partial<ExampleState>): void {
  const current = findExample(db, id);
  if (!current) return;
  const next = { ...stateOf(current), ...state };
  execute(
    db,
    `UPDATE examples SET verdict = $verdict, note = $note, steps_json = $steps, problems_json = $problems, problem_count = $problemCount,
       token_count = $tokenCount, is_edited = $isEdited, error_mask = $errorMask, step_marks_json = $stepMarks,
       revision = revision + 1 WHERE id = $id`,
    {
      id,
      verdict: next.verdict,
      note: next.note,
      steps: JSON.stringify(next.steps),
      problems: JSON.stringify(next.problems),
      problemCount: next.problems.length,
      tokenCount: next.tokenCount,
      isEdited: bit(next.isEdited),
      errorMask: next.errorMask,
      stepMarks: JSON.stringify(next.stepMarks),
    },
  );
  if (state.note === undefined && state.steps === undefined) return;
  const stored = selectOne<ExampleRow>(db, 'SELECT * FROM examples WHERE id = $id', { id });
  if (stored) indexExample(db, stored);
}

function toDataset(row: DatasetRow): Dataset {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    runId: row.run_id,
    count: row.total,
    mergedCount: row.merged,
    verdicts: { todo: row.todo, accepted: row.accepted, rejected: row.rejected },
    createdAtMs: row.created_at_ms,
    brokenImport: row.import_json === null ? null : { path: fromJson<{ path: string }>(row.import_json).path },
    tokenSet: row.token_set_json === null ? null : fromJson(row.token_set_json),
  };
}

export function toExample(row: ExampleRow): Example {
  return {
    id: row.id,
    datasetId: row.dataset_id,
    treeId: row.tree_id,
    questionId: row.question_id,
    prompt: row.prompt,
    referenceAnswer: row.reference_answer,
    kind: row.kind,
    steps: fromJson(row.steps_json),
    nodePath: fromJson(row.node_path_json),
    verdict: row.verdict,
    isEdited: row.is_edited === 1,
    note: row.note,
    problems: fromJson(row.problems_json),
    tokenCount: row.token_count,
    errorClasses: classesOfMask(row.error_mask),
    tags: fromJson(row.tags_json),
    stepMarks: fromJson(row.step_marks_json),
    revision: row.revision,
  };
}
