import type { SchemaStep } from './index';

/** What is known of a tree's node besides its figures: the probability with which the search drew its token, and what a judge said of it. */
export const judgedNodesSchema: SchemaStep = {
  slug: '0005-judged-nodes',
  apply(db) {
    db.exec(`
      ALTER TABLE tree_nodes ADD COLUMN log_q REAL;
      ALTER TABLE tree_nodes ADD COLUMN process REAL;
    `);
  },
};
