import type { SchemaStep } from './index';

/**
 * Every product of the road with its parents. Lineage runs example → tree → (run, question) → question set and checkpoint.
 * Natural keys (run + question, data set + key, run + name + step, …) are unique, so that a job which repeats its last batch replaces
 * rows instead of doubling them. Times are milliseconds since 1970, booleans 0 and 1, `…_json` holds what the contracts describe.
 */
export const baseSchema: SchemaStep = {
  slug: '0001-base',
  apply(db) {
    db.exec(`
      CREATE TABLE projects (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        is_demo INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL
      ) STRICT;

      CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        status TEXT NOT NULL,
        spec_json TEXT NOT NULL,
        seed INTEGER NOT NULL,
        versions_json TEXT NOT NULL,
        progress_json TEXT,
        error_json TEXT,
        result_json TEXT NOT NULL,
        active_ms INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        started_at_ms INTEGER,
        finished_at_ms INTEGER,
        folder TEXT NOT NULL
      ) STRICT;
      CREATE INDEX runs_by_project ON runs (project_id, created_at_ms);
      CREATE INDEX runs_by_status ON runs (status);
      CREATE INDEX runs_by_kind ON runs (kind, finished_at_ms);

      CREATE TABLE checkpoints (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
        parent_id TEXT REFERENCES checkpoints (id) ON DELETE SET NULL,
        name TEXT NOT NULL,
        origin TEXT NOT NULL,
        step INTEGER,
        is_final INTEGER NOT NULL,
        path TEXT NOT NULL,
        format TEXT NOT NULL,
        adapter_path TEXT,
        architecture TEXT NOT NULL,
        parameter_count INTEGER NOT NULL,
        vocab_size INTEGER NOT NULL,
        size_bytes INTEGER NOT NULL,
        has_functional_tokens INTEGER NOT NULL,
        prompt_set TEXT NOT NULL,
        plain_prompts_json TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL,
        removed_at_ms INTEGER,
        UNIQUE (run_id, path)
      ) STRICT;
      CREATE INDEX checkpoints_by_project ON checkpoints (project_id, created_at_ms);
      CREATE INDEX checkpoints_by_parent ON checkpoints (parent_id);

      CREATE TABLE question_sets (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        source TEXT NOT NULL,
        question_count INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        removed_at_ms INTEGER
      ) STRICT;
      CREATE INDEX question_sets_by_project ON question_sets (project_id, created_at_ms);

      CREATE TABLE questions (
        set_id TEXT NOT NULL REFERENCES question_sets (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        question_id TEXT NOT NULL,
        prompt TEXT NOT NULL,
        reference_answer TEXT NOT NULL,
        PRIMARY KEY (set_id, position),
        UNIQUE (set_id, question_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE datasets (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        run_id TEXT UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        created_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX datasets_by_project ON datasets (project_id, created_at_ms);

      CREATE TABLE run_parents (
        run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        checkpoint_id TEXT REFERENCES checkpoints (id) ON DELETE SET NULL,
        question_set_id TEXT REFERENCES question_sets (id) ON DELETE SET NULL,
        dataset_id TEXT REFERENCES datasets (id) ON DELETE SET NULL,
        parent_run_id TEXT REFERENCES runs (id) ON DELETE SET NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX run_parents_by_checkpoint ON run_parents (checkpoint_id);
      CREATE INDEX run_parents_by_question_set ON run_parents (question_set_id);
      CREATE INDEX run_parents_by_dataset ON run_parents (dataset_id);
      CREATE INDEX run_parents_by_run ON run_parents (parent_run_id);

      CREATE TABLE metrics (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        step REAL NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (run_id, name, step)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE samples (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        question_id TEXT NOT NULL,
        sample_json TEXT NOT NULL,
        PRIMARY KEY (run_id, step, question_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE logs (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        at_ms INTEGER NOT NULL,
        level TEXT NOT NULL,
        message TEXT NOT NULL
      ) STRICT;
      CREATE INDEX logs_by_run ON logs (run_id, id);

      CREATE TABLE trees (
        id TEXT PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        question_id TEXT NOT NULL,
        prompt TEXT NOT NULL,
        reference_answer TEXT NOT NULL,
        node_count INTEGER NOT NULL,
        leaf_count INTEGER NOT NULL,
        right_leaves INTEGER NOT NULL,
        wrong_leaves INTEGER NOT NULL,
        depth INTEGER NOT NULL,
        new_tokens INTEGER NOT NULL,
        created_at_ms INTEGER NOT NULL,
        UNIQUE (run_id, question_id)
      ) STRICT;
      CREATE INDEX trees_by_project ON trees (project_id, created_at_ms);
      CREATE INDEX trees_by_run ON trees (run_id, created_at_ms);

      CREATE TABLE tree_nodes (
        tree_id TEXT NOT NULL REFERENCES trees (id) ON DELETE CASCADE,
        node_index INTEGER NOT NULL,
        parent INTEGER NOT NULL,
        depth INTEGER NOT NULL,
        kind TEXT NOT NULL,
        text TEXT NOT NULL,
        visits INTEGER NOT NULL,
        value_sum REAL NOT NULL,
        prior REAL,
        is_terminal INTEGER NOT NULL,
        is_truncated INTEGER NOT NULL,
        is_right INTEGER,
        answer TEXT,
        token_count INTEGER NOT NULL,
        log_prob_sum REAL,
        created_at_simulation INTEGER NOT NULL,
        PRIMARY KEY (tree_id, node_index)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE simulations (
        tree_id TEXT NOT NULL REFERENCES trees (id) ON DELETE CASCADE,
        simulation_index INTEGER NOT NULL,
        path_json TEXT NOT NULL,
        value REAL NOT NULL,
        PRIMARY KEY (tree_id, simulation_index)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE examples (
        id TEXT PRIMARY KEY,
        dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        key TEXT NOT NULL,
        tree_id TEXT REFERENCES trees (id) ON DELETE SET NULL,
        question_id TEXT NOT NULL,
        prompt TEXT NOT NULL,
        reference_answer TEXT NOT NULL,
        kind TEXT NOT NULL,
        steps_json TEXT NOT NULL,
        node_path_json TEXT NOT NULL,
        problems_json TEXT NOT NULL,
        problem_count INTEGER NOT NULL,
        token_count INTEGER NOT NULL,
        verdict TEXT NOT NULL,
        is_edited INTEGER NOT NULL,
        note TEXT NOT NULL,
        revision INTEGER NOT NULL,
        UNIQUE (dataset_id, key)
      ) STRICT;
      CREATE INDEX examples_by_dataset ON examples (dataset_id, position);
      CREATE INDEX examples_by_verdict ON examples (dataset_id, verdict);
      CREATE INDEX examples_by_tree ON examples (tree_id);

      CREATE TABLE example_decisions (
        id INTEGER PRIMARY KEY,
        dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        description TEXT NOT NULL,
        made_at_ms INTEGER NOT NULL,
        undone_at_ms INTEGER
      ) STRICT;
      CREATE INDEX example_decisions_open ON example_decisions (dataset_id, id) WHERE undone_at_ms IS NULL;

      CREATE TABLE example_decision_items (
        decision_id INTEGER NOT NULL REFERENCES example_decisions (id) ON DELETE CASCADE,
        example_id TEXT NOT NULL REFERENCES examples (id) ON DELETE CASCADE,
        before_json TEXT NOT NULL,
        PRIMARY KEY (decision_id, example_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX example_decision_items_by_example ON example_decision_items (example_id);

      CREATE TABLE evaluations (
        id TEXT PRIMARY KEY,
        project_id TEXT NOT NULL REFERENCES projects (id) ON DELETE CASCADE,
        run_id TEXT NOT NULL UNIQUE REFERENCES runs (id) ON DELETE CASCADE,
        mode TEXT NOT NULL,
        plain_prompt TEXT NOT NULL,
        accuracy_json TEXT NOT NULL,
        coverage_json TEXT,
        vote_json TEXT,
        budget INTEGER NOT NULL,
        tokens_per_answer REAL NOT NULL,
        seconds REAL NOT NULL,
        created_at_ms INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX evaluations_by_project ON evaluations (project_id, created_at_ms);

      CREATE TABLE evaluation_items (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        question_id TEXT NOT NULL,
        prompt TEXT NOT NULL,
        reference_answer TEXT NOT NULL,
        response TEXT NOT NULL,
        answer TEXT,
        is_right INTEGER NOT NULL,
        why TEXT NOT NULL,
        tokens INTEGER NOT NULL,
        PRIMARY KEY (run_id, question_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE artefacts (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        kind TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        PRIMARY KEY (run_id, path)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value_json TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE drafts (
        key TEXT PRIMARY KEY,
        value_json TEXT NOT NULL,
        updated_at_ms INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `);
  },
};
