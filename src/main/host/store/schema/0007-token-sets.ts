import type { SchemaStep } from './index';

/**
 * Token sets beyond the eight. Every saving is a version of its own, so that a draft that named an older one still finds it. A model and a data
 * set carry the tokens that they were made with, whatever becomes of the set; null stands for the eight of the paper, or for none.
 */
export const tokenSetsSchema: SchemaStep = {
  slug: '0007-token-sets',
  apply(db) {
    db.exec(`
      CREATE TABLE token_sets (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        created_at_ms INTEGER NOT NULL,
        removed_at_ms INTEGER
      ) STRICT;
      CREATE INDEX token_sets_by_project ON token_sets (project_id, created_at_ms);

      CREATE TABLE token_set_versions (
        set_id TEXT NOT NULL REFERENCES token_sets (id) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        set_json TEXT NOT NULL,
        saved_at_ms INTEGER NOT NULL,
        PRIMARY KEY (set_id, version)
      ) STRICT, WITHOUT ROWID;

      ALTER TABLE checkpoints ADD COLUMN token_set_json TEXT;
      ALTER TABLE datasets ADD COLUMN token_set_json TEXT;
    `);
  },
};
