import type { RunId } from '@contracts/ids';
import type { LogLine, MetricSeries, PackedSeries, Sample } from '@contracts/runs';
import { execute, fromJson, selectAll, selectColumn, selectOne, type ReadableDb, type WritableDb } from '../sql';

/** What a run says of itself on the way: metrics, samples of what the model writes, and log lines. */

export function upsertMetrics(
  db: WritableDb,
  runId: RunId,
  step: number,
  values: Readonly<Record<string, number>>,
): void {
  for (const [name, value] of Object.entries(values)) {
    execute(
      db,
      `INSERT INTO metrics (run_id, name, step, value) VALUES ($runId, $name, $step, $value)
       ON CONFLICT DO UPDATE SET value = excluded.value`,
      { runId, name, step, value },
    );
  }
}

/** Every metric of a run, steps ascending. */
export function listMetrics(db: ReadableDb, runId: RunId): MetricSeries[] {
  const series = new Map<string, MetricSeries>();
  const sql = 'SELECT name, step, value FROM metrics WHERE run_id = $runId ORDER BY name, step';
  for (const { name, step, value } of selectAll<{ name: string; step: number; value: number }>(db, sql, { runId })) {
    let one = series.get(name);
    if (!one) series.set(name, (one = { name, steps: [], values: [] }));
    one.steps.push(step);
    one.values.push(value);
  }
  return [...series.values()];
}

/** The newest value of one metric; null before the first. */
export function lastMetric(db: ReadableDb, runId: RunId, name: string): { step: number; value: number } | null {
  return (
    selectOne<{ step: number; value: number }>(
      db,
      'SELECT step, value FROM metrics WHERE run_id = $runId AND name = $name ORDER BY step DESC LIMIT 1',
      { runId, name },
    ) ?? null
  );
}

/** The same as bytes; see `PackedSeries`. A column at a time, since an object for each point is what takes the time. */
export function listPackedMetrics(db: ReadableDb, runId: RunId): PackedSeries[] {
  const names = selectAll<{ name: string }>(
    db,
    'SELECT DISTINCT name FROM metrics WHERE run_id = $runId ORDER BY name',
    {
      runId,
    },
  );
  const column = (of: 'step' | 'value', name: string) => {
    const sql = `SELECT ${of} FROM metrics WHERE run_id = $runId AND name = $name ORDER BY step`;
    return Buffer.from(Float64Array.from(selectColumn(db, sql, { runId, name })).buffer).toString('base64');
  };
  return names.map(({ name }) => ({ name, steps: column('step', name), values: column('value', name) }));
}

export function upsertSample(db: WritableDb, runId: RunId, sample: Sample): void {
  execute(
    db,
    `INSERT INTO samples (run_id, step, question_id, sample_json) VALUES ($runId, $step, $questionId, $sample)
     ON CONFLICT DO UPDATE SET sample_json = excluded.sample_json`,
    { runId, step: sample.step, questionId: sample.questionId, sample: JSON.stringify(sample) },
  );
}

/** The newest samples of a run, newest step first. */
export function listSamples(db: ReadableDb, runId: RunId, limit: number): Sample[] {
  return selectAll<{ sample_json: string }>(
    db,
    'SELECT sample_json FROM samples WHERE run_id = $runId ORDER BY step DESC, question_id DESC LIMIT $limit',
    { runId, limit },
  ).map((row) => fromJson<Sample>(row.sample_json));
}

export function insertLog(db: WritableDb, runId: RunId, line: LogLine): void {
  execute(
    db,
    'INSERT INTO logs (run_id, at_ms, level, message, words_json) VALUES ($runId, $atMs, $level, $message, $words)',
    {
      runId,
      atMs: Math.round(line.atMs),
      level: line.level,
      message: line.message,
      words: line.words ? JSON.stringify(line.words) : null,
    },
  );
}

/** The last lines of a run, in the order they were written. */
export function listLogs(db: ReadableDb, runId: RunId, limit: number): LogLine[] {
  return selectAll<{ at_ms: number; level: LogLine['level']; message: string; words_json: string | null }>(
    db,
    'SELECT at_ms, level, message, words_json FROM logs WHERE run_id = $runId ORDER BY id DESC LIMIT $limit',
    { runId, limit },
  )
    .map((row) => ({
      atMs: row.at_ms,
      level: row.level,
      message: row.message,
      ...(row.words_json !== null && { words: fromJson<NonNullable<LogLine['words']>>(row.words_json) }),
    }))
    .toReversed();
}
