import type { DatasetId, ExampleId } from '@contracts/ids';
import { execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';
import type { ExampleState } from './examples';

/** The journal of a reviewer: every decision with what each example was before it. */
export interface OpenDecision {
  readonly id: number;
  readonly description: string;
}

/** Writes a decision down. Call inside the transaction that carries it out. */
export function insertDecision(
  db: WritableDb,
  decision: { datasetId: DatasetId; description: string; nowMs: number },
  before: readonly { exampleId: ExampleId; state: Partial<ExampleState> }[],
): void {
  const { lastInsertRowid } = execute(
    db,
    'INSERT INTO example_decisions (dataset_id, description, made_at_ms) VALUES ($datasetId, $description, $nowMs)',
    decision,
  );
  for (const { exampleId, state } of before) {
    execute(
      db,
      `INSERT INTO example_decision_items (decision_id, example_id, before_json) VALUES ($decisionId, $exampleId, $before)`,
      { decisionId: lastInsertRowid, exampleId, before: JSON.stringify(state) },
    );
  }
}

/** The newest decision that was not taken back, or null at the start of the journal. */
export function findNewestDecision(db: ReadableDb, datasetId: DatasetId): OpenDecision | null {
  return (
    selectOne<OpenDecision>(
      db,
      `SELECT id, description FROM example_decisions WHERE dataset_id = $datasetId AND undone_at_ms IS NULL ORDER BY id DESC LIMIT 1`,
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
