import type { ErrorEnvelope } from '@contracts/errors';
import type { CheckpointId, DatasetId, EvaluationId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { Estimate, Run, RunProgress, RunStatus } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import {
  count,
  execute,
  fromJson,
  selectAll,
  selectOne,
  type ReadableDb,
  type SqlParams,
  type WritableDb,
} from '../sql';
import { listArtefacts } from './artefacts';
import { listCheckpointIdsOfRun } from './checkpoints';
import { notInTrash } from './trash';

interface Row {
  id: RunId;
  project_id: ProjectId;
  kind: JobKind;
  name: string;
  status: RunStatus;
  spec_json: string;
  seed: number;
  versions_json: string;
  progress_json: string | null;
  error_json: string | null;
  result_json: string;
  active_ms: number;
  created_at_ms: number;
  started_at_ms: number | null;
  finished_at_ms: number | null;
  folder: string;
  estimate_json: string | null;
  peak_memory_bytes: number | null;
  checkpoint_id: CheckpointId | null;
  question_set_id: QuestionSetId | null;
  dataset_id: DatasetId | null;
  parent_run_id: RunId | null;
  is_in_trash: number;
}

/** What a new run is stored with; the rest is empty at first. */
export interface NewRun {
  readonly id: RunId;
  readonly projectId: ProjectId;
  readonly name: string;
  readonly spec: JobSpec;
  readonly seed: number;
  readonly parents: Run['parents'];
  readonly createdAtMs: number;
  readonly folder: string;
}

const SELECT_RUN = `SELECT runs.*, run_parents.checkpoint_id, run_parents.question_set_id, run_parents.dataset_id, run_parents.parent_run_id,
    EXISTS (SELECT 1 FROM trash WHERE trash.id = runs.id) AS is_in_trash
  FROM runs LEFT JOIN run_parents ON run_parents.run_id = runs.id`;

/** Newest first; without those in the trash. */
export function listRuns(db: ReadableDb, projectId: ProjectId, kind?: JobKind): Run[] {
  const where = kind ? 'runs.project_id = $projectId AND runs.kind = $kind' : 'runs.project_id = $projectId';
  return selectAll<Row>(
    db,
    `${SELECT_RUN} WHERE ${where} AND ${notInTrash('runs.id')} ORDER BY runs.created_at_ms DESC, runs.rowid DESC`,
    kind ? { projectId, kind } : { projectId },
  ).map((row) => toRun(db, row));
}

export function findRun(db: ReadableDb, id: RunId): Run | null {
  const row = selectOne<Row>(db, `${SELECT_RUN} WHERE runs.id = $id`, { id });
  return row ? toRun(db, row) : null;
}

/** Folders of all runs of a project, in the trash or not. */
export function listRunFolders(db: ReadableDb, projectId: ProjectId): string[] {
  const sql = 'SELECT folder FROM runs WHERE project_id = $projectId';
  return selectAll<{ folder: string }>(db, sql, { projectId }).map(({ folder }) => folder);
}

/** How many runs of a kind a project has had that still exist, in the trash or not. */
export function countRuns(db: ReadableDb, projectId: ProjectId, kind: JobKind): number {
  const sql = 'SELECT COUNT(*) AS count FROM runs WHERE project_id = $projectId AND kind = $kind';
  return count(db, sql, { projectId, kind });
}

/** Runs in any of the given states, oldest first. */
export function listRunsByStatus(db: ReadableDb, statuses: readonly RunStatus[]): Run[] {
  return statuses
    .flatMap((status) => selectAll<Row>(db, `${SELECT_RUN} WHERE runs.status = $status`, { status }))
    .map((row) => toRun(db, row))
    .toSorted((a, b) => a.createdAtMs - b.createdAtMs);
}

/**
 * The last finished runs of a kind over all projects, newest first: what estimates are drawn from. Runs that came with an imported project were
 * not measured on this machine and stay out.
 */
export function listFinishedRuns(db: ReadableDb, kind: JobKind, limit: number): Run[] {
  return selectAll<Row>(
    db,
    `${SELECT_RUN} WHERE runs.kind = $kind AND runs.finished_at_ms IS NOT NULL AND runs.status = 'finished'
       AND json_extract(runs.versions_json, '$.imported') IS NULL
     ORDER BY runs.finished_at_ms DESC LIMIT $limit`,
    { kind, limit },
  ).map((row) => toRun(db, row));
}

/** Stores a new run as queued. Call inside a transaction. */
export function insertRun(db: WritableDb, run: NewRun): void {
  execute(
    db,
    `INSERT INTO runs (id, project_id, kind, name, status, spec_json, seed, versions_json, result_json, active_ms, created_at_ms, folder)
     VALUES ($id, $projectId, $kind, $name, 'queued', $spec, $seed, '{}', '{}', 0, $createdAtMs, $folder)`,
    {
      id: run.id,
      projectId: run.projectId,
      kind: run.spec.kind,
      name: run.name,
      spec: JSON.stringify(run.spec),
      seed: run.seed,
      createdAtMs: run.createdAtMs,
      folder: run.folder,
    },
  );
  execute(
    db,
    `INSERT INTO run_parents (run_id, checkpoint_id, question_set_id, dataset_id, parent_run_id)
     VALUES ($runId, $checkpointId, $questionSetId, $datasetId, $parentRunId)`,
    {
      runId: run.id,
      checkpointId: run.parents.checkpointId,
      questionSetId: run.parents.questionSetId,
      datasetId: run.parents.datasetId,
      parentRunId: run.parents.runId,
    },
  );
}

/** What a supervisor changes of a run; a field left out stays. */
export interface RunChange {
  readonly status?: RunStatus;
  readonly versions?: Run['versions'];
  readonly progress?: RunProgress | null;
  readonly error?: ErrorEnvelope | null;
  readonly result?: Run['result'];
  readonly activeMs?: number;
  readonly startedAtMs?: number;
  readonly finishedAtMs?: number | null;
  /** What was foretold when it started. */
  readonly estimate?: Estimate;
  readonly peakMemoryBytes?: number;
}

const CHANGE_COLUMNS: {
  readonly [K in keyof RunChange]-?: readonly [column: string, encode: (value: unknown) => string | number | null];
} = {
  status: ['status', String],
  versions: ['versions_json', JSON.stringify],
  progress: ['progress_json', jsonOrNull],
  error: ['error_json', jsonOrNull],
  result: ['result_json', JSON.stringify],
  activeMs: ['active_ms', (value) => Math.round(Number(value))],
  startedAtMs: ['started_at_ms', Number],
  finishedAtMs: ['finished_at_ms', (value) => (value === null ? null : Number(value))],
  estimate: ['estimate_json', JSON.stringify],
  peakMemoryBytes: ['peak_memory_bytes', (value) => Math.round(Number(value))],
};

export function changeRun(db: WritableDb, id: RunId, change: RunChange): void {
  const params: Record<string, SqlParams[string]> = { id };
  const assignments: string[] = [];
  for (const [key, [column, encode]] of Object.entries(CHANGE_COLUMNS)) {
    const value = change[key as keyof RunChange]; // the table has exactly the keys of RunChange
    if (value === undefined) continue;
    params[key] = encode(value);
    assignments.push(`${column} = $${key}`);
  }
  if (assignments.length) execute(db, `UPDATE runs SET ${assignments.join(', ')} WHERE id = $id`, params);
}

/** What was foretold of a run, and the most memory it has held; null where nobody knows. */
export function readForecast(
  db: ReadableDb,
  id: RunId,
): { readonly estimate: Estimate | null; readonly peakMemoryBytes: number | null } {
  const row = selectOne<Pick<Row, 'estimate_json' | 'peak_memory_bytes'>>(
    db,
    'SELECT estimate_json, peak_memory_bytes FROM runs WHERE id = $id',
    { id },
  );
  return {
    estimate: row?.estimate_json ? toEstimate(fromJson(row.estimate_json)) : null,
    peakMemoryBytes: row?.peak_memory_bytes ?? null,
  };
}

/** Earlier versions foretold the disk as one number, and made no dry steps. */
function toEstimate(
  stored: Omit<Estimate, 'diskBytes'> & { readonly diskBytes: Estimate['diskBytes'] | number },
): Estimate {
  const { diskBytes } = stored;
  return {
    ...stored,
    diskBytes: typeof diskBytes === 'number' ? { low: diskBytes, high: diskBytes } : diskBytes,
    dryStep: stored.dryStep ?? null,
    dryStepRefusal: stored.dryStepRefusal ?? null,
  };
}

export function deleteRun(db: WritableDb, id: RunId): boolean {
  return execute(db, 'DELETE FROM runs WHERE id = $id', { id }).changes > 0;
}

/** Runs outside the trash that started from one run's products: from its trees, its data set or one of its checkpoints. */
export function listDependants(db: ReadableDb, id: RunId): { id: RunId; name: string }[] {
  return selectAll<{ id: RunId; name: string }>(
    db,
    `SELECT runs.id, runs.name FROM run_parents JOIN runs ON runs.id = run_parents.run_id
     WHERE run_parents.run_id <> $id AND ${notInTrash('runs.id')} AND (run_parents.parent_run_id = $id
       OR run_parents.dataset_id IN (SELECT datasets.id FROM datasets WHERE datasets.run_id = $id)
       OR run_parents.checkpoint_id IN (SELECT checkpoints.id FROM checkpoints WHERE checkpoints.run_id = $id))
     ORDER BY runs.created_at_ms`,
    { id },
  );
}

/** SFT runs that trained on a data set. */
export function listRunsOnDataset(db: ReadableDb, datasetId: DatasetId): { id: RunId; name: string }[] {
  return selectAll<{ id: RunId; name: string }>(
    db,
    `SELECT runs.id, runs.name FROM run_parents JOIN runs ON runs.id = run_parents.run_id
     WHERE run_parents.dataset_id = $datasetId AND runs.kind = 'sft' AND ${notInTrash('runs.id')} ORDER BY runs.created_at_ms`,
    { datasetId },
  );
}

/** Runs that are not over and start from a checkpoint. */
export function listOpenRunsOnCheckpoint(db: ReadableDb, checkpointId: CheckpointId): { id: RunId; name: string }[] {
  return selectAll<{ id: RunId; name: string }>(
    db,
    `SELECT runs.id, runs.name FROM run_parents JOIN runs ON runs.id = run_parents.run_id
     WHERE run_parents.checkpoint_id = $checkpointId AND runs.status NOT IN ('finished', 'cancelled', 'failed')
       AND ${notInTrash('runs.id')}`,
    { checkpointId },
  );
}

function toRun(db: ReadableDb, row: Row): Run {
  return {
    id: row.id,
    projectId: row.project_id,
    kind: row.kind,
    name: row.name,
    status: row.status,
    spec: fromJson(row.spec_json),
    seed: row.seed,
    versions: fromJson(row.versions_json),
    progress: row.progress_json === null ? null : fromJson(row.progress_json),
    error: row.error_json === null ? null : fromJson(row.error_json),
    result: fromJson(row.result_json),
    outputs: {
      checkpointIds: listCheckpointIdsOfRun(db, row.id),
      datasetId: idOrNull<DatasetId>(db, 'SELECT id FROM datasets WHERE run_id = $id', row.id),
      evaluationId: idOrNull<EvaluationId>(db, 'SELECT id FROM evaluations WHERE run_id = $id', row.id),
      treeCount: count(db, 'SELECT COUNT(*) AS count FROM trees WHERE run_id = $id', { id: row.id }),
      artefacts: listArtefacts(db, row.id),
    },
    parents: {
      checkpointId: row.checkpoint_id,
      questionSetId: row.question_set_id,
      datasetId: row.dataset_id,
      runId: row.parent_run_id,
    },
    activeSeconds: row.active_ms / 1000,
    createdAtMs: row.created_at_ms,
    startedAtMs: row.started_at_ms,
    finishedAtMs: row.finished_at_ms,
    folder: row.folder,
    isInTrash: row.is_in_trash === 1,
  };
}

function idOrNull<Id extends string>(db: ReadableDb, sql: string, runId: RunId): Id | null {
  return selectOne<{ id: Id }>(db, sql, { id: runId })?.id ?? null;
}

function jsonOrNull(value: unknown): string | null {
  return value === null ? null : JSON.stringify(value);
}
