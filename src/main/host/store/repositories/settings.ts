import { execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

/** Every stored setting by its key. */
export function readSettings(db: ReadableDb): Record<string, unknown> {
  const rows = selectAll<{ key: string; value_json: string }>(db, 'SELECT key, value_json FROM settings');
  return Object.fromEntries(rows.map((row) => [row.key, fromJson<unknown>(row.value_json)]));
}

export function writeSetting(db: WritableDb, key: string, value: unknown): void {
  execute(
    db,
    `INSERT INTO settings (key, value_json) VALUES ($key, $value)
     ON CONFLICT DO UPDATE SET value_json = excluded.value_json`,
    { key, value: JSON.stringify(value) },
  );
}

/** A draft and the moment it was saved, which is its version; both null when there is none. */
export interface StoredDraft {
  readonly value: unknown;
  readonly version: number | null;
}

export function readDraft(db: ReadableDb, key: string): StoredDraft {
  const row = selectOne<{ value_json: string; updated_at_ms: number }>(
    db,
    'SELECT value_json, updated_at_ms FROM drafts WHERE key = $key',
    { key },
  );
  return row
    ? { value: fromJson<unknown>(row.value_json), version: row.updated_at_ms }
    : { value: null, version: null };
}

/** Saves a draft; null or undefined throws it away. */
export function writeDraft(db: WritableDb, key: string, value: unknown, nowMs: number): void {
  if (value === null || value === undefined) {
    execute(db, 'DELETE FROM drafts WHERE key = $key', { key });
    return;
  }
  execute(
    db,
    `INSERT INTO drafts (key, value_json, updated_at_ms) VALUES ($key, $value, $nowMs)
     ON CONFLICT DO UPDATE SET value_json = excluded.value_json, updated_at_ms = excluded.updated_at_ms`,
    { key, value: JSON.stringify(value), nowMs },
  );
}
