import type { SchemaStep } from './index';

/**
 * What a person deleted inside a project and can have back: the row of the thing and all that hangs on it stay, lists leave out what stands
 * here. Ids are unique over all kinds. A log line keeps the code of its sentence beside the English words, for windows in other languages; a
 * data set keeps what it is imported from until its last row is there.
 */
export const trashSchema: SchemaStep = {
  slug: '0008-trash',
  apply(db) {
    db.exec(`
      CREATE TABLE trash (
        id TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        removed_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX trash_by_project ON trash (project_id, removed_at_ms);

      ALTER TABLE logs ADD COLUMN words_json TEXT;
      ALTER TABLE datasets ADD COLUMN import_json TEXT;
    `);
  },
};
