import type { ProjectId } from '@contracts/ids';
import type { TrashKind } from '@contracts/trash';
import { execute, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

export interface TrashRow {
  readonly id: string;
  readonly kind: TrashKind;
  readonly projectId: ProjectId;
  readonly removedAtMs: number;
}

const COLUMNS = 'id, kind, project_id AS projectId, removed_at_ms AS removedAtMs';

/** A condition that holds for rows none of whose columns names something in the trash, e.g. `notInTrash('datasets.id', 'datasets.run_id')`. */
export function notInTrash(...columns: readonly string[]): string {
  return columns.map((column) => `(${column} IS NULL OR ${column} NOT IN (SELECT id FROM trash))`).join(' AND ');
}

/** The newest first. */
export function listTrash(db: ReadableDb, projectId: ProjectId): TrashRow[] {
  const sql = `SELECT ${COLUMNS} FROM trash WHERE project_id = $projectId ORDER BY removed_at_ms DESC, rowid DESC`;
  return selectAll<TrashRow>(db, sql, { projectId });
}

export function findInTrash(db: ReadableDb, id: string): TrashRow | null {
  return selectOne<TrashRow>(db, `SELECT ${COLUMNS} FROM trash WHERE id = $id`, { id }) ?? null;
}

export function isInTrash(db: ReadableDb, ...ids: readonly (string | null)[]): boolean {
  return ids.some((id) => id !== null && findInTrash(db, id) !== null);
}

/** @returns false where it lies there already */
export function putIntoTrash(db: WritableDb, { id, kind, projectId, removedAtMs }: TrashRow): boolean {
  const sql = `INSERT INTO trash (id, kind, project_id, removed_at_ms) VALUES ($id, $kind, $projectId, $removedAtMs) ON CONFLICT DO NOTHING`;
  return execute(db, sql, { id, kind, projectId, removedAtMs }).changes > 0;
}

export function takeFromTrash(db: WritableDb, id: string): boolean {
  return execute(db, 'DELETE FROM trash WHERE id = $id', { id }).changes > 0;
}

/** Ids of what a thing stands on directly: a run on its parents and on the runs that made them, a product on its run. */
export function listGround(db: ReadableDb, id: string): string[] {
  return selectAll<{ id: string }>(
    db,
    `WITH ground (id) AS (
       SELECT checkpoint_id FROM run_parents WHERE run_id = $id
       UNION SELECT question_set_id FROM run_parents WHERE run_id = $id
       UNION SELECT dataset_id FROM run_parents WHERE run_id = $id
       UNION SELECT parent_run_id FROM run_parents WHERE run_id = $id
       UNION SELECT run_id FROM checkpoints WHERE id = $id
       UNION SELECT run_id FROM datasets WHERE id = $id
       UNION SELECT parent_id FROM checkpoints WHERE id = $id
     )
     SELECT id FROM ground WHERE id IS NOT NULL`,
    { id },
  ).map((row) => row.id);
}
