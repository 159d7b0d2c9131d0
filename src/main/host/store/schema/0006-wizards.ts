import type { SchemaStep } from './index';

/**
 * What wizards show before and while a run works. What dry steps measured and what finished runs taught about them belong to a machine and
 * lead to no project, so they stay out of a project's archive. What a run rejected belongs to the run.
 */
export const wizardsSchema: SchemaStep = {
  slug: '0006-wizards',
  apply(db) {
    db.exec(`
      CREATE TABLE dry_steps (
        key TEXT PRIMARY KEY,
        measure_json TEXT NOT NULL,
        measured_at_ms INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE estimate_corrections (
        machine TEXT NOT NULL,
        kind TEXT NOT NULL,
        quantity TEXT NOT NULL,
        log_factor REAL NOT NULL,
        variance REAL NOT NULL,
        run_count INTEGER NOT NULL,
        PRIMARY KEY (machine, kind, quantity)
      ) STRICT;

      CREATE TABLE run_rejections (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        question_id TEXT NOT NULL,
        reason TEXT NOT NULL,
        text TEXT NOT NULL,
        PRIMARY KEY (run_id, key)
      ) STRICT;
      CREATE INDEX run_rejections_by_reason ON run_rejections (run_id, reason);
    `);
  },
};
