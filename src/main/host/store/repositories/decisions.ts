import type { ExampleStep, JournalEntry } from '@contracts/examples';
import type { DatasetId, ExampleId } from '@contracts/ids';
import { execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';
import type { ExampleState } from './examples';

/** The journal of a reviewer: every decision with what each example was before it. */
export interface OpenDecision {
  readonly id: number;
  readonly description: string;
  /** Of a decision on rows at once; '' of one that was made example by example. */
  readonly action: string;
}

/** Writes the head of a decision down, whose items follow. Call inside the transaction that carries it out. */
export function openDecision(
  db: WritableDb,
  decision: { datasetId: DatasetId; description: string; action: string; nowMs: number },
): number {
  const { lastInsertRowid } = execute(
    db,
    `INSERT INTO example_decisions (dataset_id, description, action, made_at_ms)
     VALUES ($datasetId, $description, $action, $nowMs)`,
    decision,
  );
  return Number(lastInsertRowid);
}

/** Says what a decision was, once it is known how many examples it changed; one that changed nothing is forgotten. */
export function closeDecision(db: WritableDb, id: number, description: string | null): void {
  if (description === null) execute(db, 'DELETE FROM example_decisions WHERE id = $id', { id });
  else execute(db, 'UPDATE example_decisions SET description = $description WHERE id = $id', { id, description });
}

/** Writes a decision down. Call inside the transaction that carries it out. */
export function insertDecision(
  db: WritableDb,
  decision: { datasetId: DatasetId; description: string; nowMs: number },
  before: readonly { exampleId: ExampleId; state: Partial<ExampleState> }[],
): void {
  const decisionId = openDecision(db, { ...decision, action: '' });
  for (const { exampleId, state } of before) insertDecisionItem(db, decisionId, exampleId, state);
}

/** Adds an example to an open decision, with what it was before. Call inside the same transaction. */
export function insertDecisionItem(
  db: WritableDb,
  decisionId: number,
  exampleId: ExampleId,
  before: Partial<ExampleState>,
): void {
  execute(
    db,
    `INSERT INTO example_decision_items (decision_id, example_id, before_json) VALUES ($decisionId, $exampleId, $before)`,
    { decisionId, exampleId, before: JSON.stringify(before) },
  );
}

/** The newest decision that was not taken back, or null at the start of the journal. */
export function findNewestDecision(db: ReadableDb, datasetId: DatasetId): OpenDecision | null {
  return (
    selectOne<OpenDecision>(
      db,
      `SELECT id, description, action FROM example_decisions WHERE dataset_id = $datasetId AND undone_at_ms IS NULL ORDER BY id DESC LIMIT 1`,
      { datasetId },
    ) ?? null
  );
}

export function listDecisionItems(
  db: ReadableDb,
  decisionId: number,
): { exampleId: ExampleId; state: Partial<ExampleState> }[] {
  return selectAll<{ example_id: ExampleId; before_json: string }>(
    db,
    'SELECT example_id, before_json FROM example_decision_items WHERE decision_id = $decisionId',
    { decisionId },
  ).map((row) => ({ exampleId: row.example_id, state: fromJson<Partial<ExampleState>>(row.before_json) }));
}

export function markDecisionUndone(db: WritableDb, decisionId: number, nowMs: number): void {
  execute(db, 'UPDATE example_decisions SET undone_at_ms = $nowMs WHERE id = $decisionId', { decisionId, nowMs });
}

/** The newest decisions first, with those that were taken back. */
export function listDecisions(db: ReadableDb, datasetId: DatasetId, limit: number): JournalEntry[] {
  return selectAll<{ id: number; description: string; made_at_ms: number; undone_at_ms: number | null }>(
    db,
    `SELECT id, description, made_at_ms, undone_at_ms FROM example_decisions WHERE dataset_id = $datasetId
     ORDER BY id DESC LIMIT $limit`,
    { datasetId, limit },
  ).map((row) => ({
    id: row.id,
    description: row.description,
    madeAtMs: row.made_at_ms,
    isUndone: row.undone_at_ms !== null,
  }));
}

/** The steps of an example before its first edit that still stands; null when it was never edited. */
export function findOriginalSteps(db: ReadableDb, exampleId: ExampleId): ExampleStep[] | null {
  const row = selectOne<{ steps: string }>(
    db,
    `SELECT json_extract(before_json, '$.steps') AS steps FROM example_decision_items AS items
     JOIN example_decisions AS decisions ON decisions.id = items.decision_id
     WHERE items.example_id = $exampleId AND decisions.undone_at_ms IS NULL AND steps IS NOT NULL ORDER BY decisions.id LIMIT 1`,
    { exampleId },
  );
  return row ? fromJson<ExampleStep[]>(row.steps) : null;
}
