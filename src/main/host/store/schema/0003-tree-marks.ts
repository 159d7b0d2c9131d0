import type { SchemaStep } from './index';

/**
 * What a person says of the nodes of a tree, and the journal of it, so that it can be taken back. Marks go by the node's index, which a run
 * that goes on after a kill gives the same node again.
 */
export const treeMarksSchema: SchemaStep = {
  slug: '0003-tree-marks',
  apply(db) {
    db.exec(`
      CREATE TABLE tree_marks (
        tree_id TEXT NOT NULL REFERENCES trees (id) ON DELETE CASCADE,
        node_index INTEGER NOT NULL,
        mark TEXT NOT NULL,
        PRIMARY KEY (tree_id, node_index)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE tree_mark_journal (
        id INTEGER PRIMARY KEY,
        tree_id TEXT NOT NULL REFERENCES trees (id) ON DELETE CASCADE,
        node_index INTEGER NOT NULL,
        before_mark TEXT,
        after_mark TEXT,
        made_at_ms INTEGER NOT NULL,
        undone_at_ms INTEGER
      ) STRICT;
      CREATE INDEX tree_mark_journal_open ON tree_mark_journal (tree_id, id) WHERE undone_at_ms IS NULL;
    `);
  },
};
