import { selectAll, type WritableDb } from '../sql';
import { indexExample, type SearchedRow } from '../repositories/example-texts';
import type { SchemaStep } from './index';

/**
 * What a reviewer adds to examples (tags, error classes, marks of steps) and what makes 100,000 of them quick to filter and search:
 * a number for each example that the full-text index refers to and that survives VACUUM, one index that holds everything a filter asks
 * for, and the long texts last in the row. `error_mask` holds ERROR_CLASSES as bits. The full-text index keeps no text of its own.
 */
export const reviewSchema: SchemaStep = {
  slug: '0002-review',
  apply(db) {
    db.exec(`
      CREATE TABLE examples_next (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        key TEXT NOT NULL,
        tree_id TEXT REFERENCES trees (id) ON DELETE SET NULL,
        question_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        problem_count INTEGER NOT NULL,
        token_count INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        is_edited INTEGER NOT NULL,
        error_mask INTEGER NOT NULL,
        text_hash TEXT NOT NULL,
        revision INTEGER NOT NULL,
        tags_json TEXT NOT NULL,
        note TEXT NOT NULL,
        reference_answer TEXT NOT NULL,
        prompt TEXT NOT NULL,
        problems_json TEXT NOT NULL,
        node_path_json TEXT NOT NULL,
        step_marks_json TEXT NOT NULL,
        steps_json TEXT NOT NULL,
        UNIQUE (dataset_id, key)
      ) STRICT;
      INSERT INTO examples_next (id, dataset_id, position, key, tree_id, question_id, kind, problem_count, token_count, verdict, is_edited,
        error_mask, text_hash, revision, tags_json, note, reference_answer, prompt, problems_json, node_path_json, step_marks_json, steps_json)
      SELECT id, dataset_id, position, key, tree_id, question_id, kind, problem_count, token_count, verdict, is_edited,
        0, '', revision, '[]', note, reference_answer, prompt, problems_json, node_path_json, '[]', steps_json
      FROM examples ORDER BY dataset_id, position;
      DROP TABLE examples;
      ALTER TABLE examples_next RENAME TO examples;

      CREATE INDEX examples_by_place ON examples (dataset_id, position, verdict, kind, problem_count, error_mask);
      CREATE INDEX examples_by_verdict ON examples (dataset_id, verdict, position);
      CREATE INDEX examples_by_text ON examples (dataset_id, text_hash);
      CREATE INDEX examples_by_tree ON examples (tree_id);

      CREATE TABLE example_tags (
        dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        tag TEXT NOT NULL,
        example_id TEXT NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
        PRIMARY KEY (dataset_id, tag, example_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX example_tags_by_example ON example_tags (example_id);

      ALTER TABLE example_decisions ADD COLUMN action TEXT NOT NULL DEFAULT '';

      CREATE VIRTUAL TABLE example_texts USING fts5 (
        question, steps, note, tags, content = '', contentless_delete = 1, tokenize = 'unicode61'
      );
      CREATE TRIGGER example_texts_follow AFTER DELETE ON examples
        BEGIN DELETE FROM example_texts WHERE rowid = old.seq; END;
    `);
    indexAll(db);
  },
};

function indexAll(db: WritableDb): void {
  const sql = 'SELECT seq, question_id, prompt, steps_json, note, tags_json FROM examples';
  for (const row of selectAll<SearchedRow>(db, sql)) indexExample(db, row);
}
