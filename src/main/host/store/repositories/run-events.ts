import type { RunId } from '@contracts/ids';
import type { Alarm, AlarmAnswer, RunEvent } from '@contracts/run-events';
import { execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

/** Things that happened to a run at a step; see `RunEvent`. */

interface Row {
  id: number;
  kind: RunEvent['kind'];
  step: number;
  at_ms: number;
  alarm_json: string | null;
  answer: AlarmAnswer | null;
}

/** An alarm of the same detector at the same step replaces itself and keeps its answer. */
export function upsertAlarm(db: WritableDb, runId: RunId, alarm: Alarm, atMs: number): void {
  execute(
    db,
    `INSERT INTO run_events (run_id, key, kind, step, at_ms, alarm_json) VALUES ($runId, $key, 'alarm', $step, $atMs, $alarm)
     ON CONFLICT DO UPDATE SET alarm_json = excluded.alarm_json`,
    { runId, key: `alarm ${alarm.detector} ${alarm.step}`, step: alarm.step, atMs, alarm: JSON.stringify(alarm) },
  );
}

/** Notes that a run was resumed, paused or stopped, at the last step it has metrics of. */
export function insertMoment(
  db: WritableDb,
  runId: RunId,
  kind: Exclude<RunEvent['kind'], 'alarm'>,
  atMs: number,
): void {
  const step =
    selectOne<{ step: number | null }>(db, 'SELECT MAX(step) AS step FROM metrics WHERE run_id = $runId', { runId })
      ?.step ?? 0;
  execute(
    db,
    `INSERT INTO run_events (run_id, key, kind, step, at_ms) VALUES ($runId, $key, $kind, $step, $atMs) ON CONFLICT DO NOTHING`,
    { runId, key: `${kind} ${atMs}`, kind, step, atMs },
  );
}

/** In the order they happened. */
export function listRunEvents(db: ReadableDb, runId: RunId): RunEvent[] {
  return selectAll<Row>(db, 'SELECT * FROM run_events WHERE run_id = $runId ORDER BY id', { runId }).map(toEvent);
}

export function answerAlarm(db: WritableDb, runId: RunId, id: number, answer: AlarmAnswer): boolean {
  return (
    execute(db, `UPDATE run_events SET answer = $answer WHERE id = $id AND run_id = $runId AND kind = 'alarm'`, {
      id,
      runId,
      answer,
    }).changes > 0
  );
}

function toEvent(row: Row): RunEvent {
  const moment = { id: row.id, step: row.step, atMs: row.at_ms };
  if (row.kind !== 'alarm') return { ...moment, kind: row.kind };
  return { ...moment, kind: 'alarm', alarm: fromJson<Alarm>(row.alarm_json ?? ''), answer: row.answer };
}
