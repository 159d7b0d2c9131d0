import type { JobRecord } from '@contracts/engine-protocol';
import type { RunId, TreeId } from '@contracts/ids';
import type { RunYield } from '@contracts/runs';
import { execute, selectAll, type ReadableDb, type WritableDb } from '../sql';

export function upsertRejection(
  db: WritableDb,
  runId: RunId,
  { key, questionId, reason, text }: Extract<JobRecord, { type: 'rejection' }>,
): void {
  execute(
    db,
    `INSERT INTO run_rejections (run_id, key, question_id, reason, text) VALUES ($runId, $key, $questionId, $reason, $text)
     ON CONFLICT (run_id, key) DO UPDATE SET question_id = excluded.question_id, reason = excluded.reason, text = excluded.text`,
    { runId, key, questionId, reason, text },
  );
}

/** How often each reason occurred, the most frequent first. */
export function countRejections(db: ReadableDb, runId: RunId): { reason: string; count: number }[] {
  return selectAll<{ reason: string; count: number }>(
    db,
    `SELECT reason, COUNT(*) AS count FROM run_rejections WHERE run_id = $runId GROUP BY reason ORDER BY count DESC, reason`,
    { runId },
  );
}

/** The first few of a reason, with the trees of the search that they come from. */
export function listRejections(
  db: ReadableDb,
  runId: RunId,
  reason: string,
  searchRunId: RunId | null,
  limit: number,
): RunYield['reasons'][number]['some'] {
  return selectAll<{ question_id: string; text: string; tree_id: TreeId | null; prompt: string | null }>(
    db,
    `SELECT run_rejections.question_id, run_rejections.text, trees.id AS tree_id, trees.prompt
     FROM run_rejections LEFT JOIN trees ON trees.run_id = $searchRunId AND trees.question_id = run_rejections.question_id
     WHERE run_rejections.run_id = $runId AND reason = $reason ORDER BY run_rejections.rowid LIMIT $limit`,
    { runId, reason, searchRunId, limit },
  ).map((row) => ({ questionId: row.question_id, prompt: row.prompt ?? '', treeId: row.tree_id, text: row.text }));
}
