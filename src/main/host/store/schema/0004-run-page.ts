import type { SchemaStep } from './index';

/**
 * What a run page and a comparison show beyond figures: events of a run (alarms with their answers, resumed, paused), what was foretold of a
 * run and what it held at most, and a person's corrections of the answer checker. A correction is about an answer to a question, so that it
 * counts alike for every evaluation of the project; `person_right` of an item is what follows from the open corrections.
 */
export const runPageSchema: SchemaStep = {
  slug: '0004-run-page',
  apply(db) {
    db.exec(`
      CREATE TABLE run_events (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        kind TEXT NOT NULL,
        step REAL NOT NULL,
        at_ms INTEGER NOT NULL,
        alarm_json TEXT,
        answer TEXT,
        UNIQUE (run_id, key)
      ) STRICT;

      ALTER TABLE runs ADD COLUMN estimate_json TEXT;
      ALTER TABLE runs ADD COLUMN peak_memory_bytes INTEGER;

      CREATE TABLE answer_corrections (
        id INTEGER PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        question_id TEXT NOT NULL,
        reference_answer TEXT NOT NULL,
        answer TEXT NOT NULL,
        is_right INTEGER NOT NULL,
        made_at_ms INTEGER NOT NULL,
        undone_at_ms INTEGER
      ) STRICT;
      CREATE INDEX answer_corrections_open ON answer_corrections (project_id, question_id) WHERE undone_at_ms IS NULL;

      ALTER TABLE evaluation_items ADD COLUMN person_right INTEGER;
      CREATE INDEX evaluation_items_corrected ON evaluation_items (run_id) WHERE person_right IS NOT NULL;
    `);
  },
};
