import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import type { CheckpointId, DatasetId, ExampleId, ProjectId, QuestionSetId, RunId, TreeId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { makeExample, makeTree } from '../../testing/records';
import { openMemoryDatabase } from '../database';
import { insertDecision } from '../repositories/decisions';
import { filterClause } from '../repositories/example-filter';
import { upsertExample } from '../repositories/example-insert';
import { ensureDataset, pageExamples } from '../repositories/examples';
import { insertProject } from '../repositories/projects';
import { insertQuestionSet } from '../repositories/question-sets';
import { insertRun } from '../repositories/runs';
import { insertLog, upsertMetrics } from '../repositories/telemetry';
import { upsertTree } from '../repositories/trees';
import { migrate } from '../migrate';
import type { WritableDb } from '../sql';
import { SCHEMA_STEPS } from './index';

const projectId = 'p' as ProjectId;
const runId = 'r' as RunId;

function tables(db: WritableDb): string[] {
  // The full-text index is a virtual table over tables of SQLite's own, which are never empty.
  const rows = db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'shadow' AND name NOT LIKE 'sqlite_%'`,
    )
    .all();
  return (rows as { name: string }[]).map((row) => row.name);
}

function fillOneOfEach(db: WritableDb): void {
  insertProject(db, { id: projectId, name: 'p', createdAtMs: 1, isDemo: false });
  const setId = 's' as QuestionSetId;
  insertQuestionSet(db, { id: setId, projectId, name: 's', role: 'train', count: 1, source: '', createdAtMs: 1 }, [
    { id: 'q1', prompt: 'one?', referenceAnswer: '1' },
  ]);
  const spec = JobSpec.parse({ kind: 'search', checkpointId: 'c', questionSetId: 's', config: {} });
  const parents = { checkpointId: null, questionSetId: setId, datasetId: null, runId: null };
  insertRun(db, { id: runId, projectId, name: 'r', spec, seed: 1, parents, createdAtMs: 1, folder: '/r' });
  const treeId = upsertTree(db, { newId: 't' as TreeId, runId, projectId, nowMs: 1 }, makeTree('q1'));
  const datasetId = ensureDataset(db, { newId: 'd' as DatasetId, projectId, runId, name: 'd', nowMs: 1 });
  upsertExample(db, { newId: 'e' as ExampleId, datasetId, treeId }, makeExample('k'));
  insertDecision(db, { datasetId, description: 'x', nowMs: 1 }, [{ exampleId: 'e' as ExampleId, state: {} }]);
  upsertMetrics(db, runId, 1, { loss: 0.5 });
  insertLog(db, runId, { atMs: 1, level: 'info', message: 'hello' });
}

describe('the base schema', () => {
  it('has only STRICT tables', () => {
    const db = openMemoryDatabase();
    const lax = db
      .prepare(
        `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'`,
      )
      .all();
    expect(lax).toEqual([]);
    expect(tables(db).length).toBeGreaterThanOrEqual(20);
  });

  it('deletes everything of a project with it', () => {
    const db = openMemoryDatabase();
    fillOneOfEach(db);
    db.prepare('DELETE FROM projects WHERE id = ?').run(projectId);
    const left = tables(db).filter(
      (name) => (db.prepare(`SELECT COUNT(*) AS count FROM ${name}`).get() as { count: number }).count > 0,
    );
    expect(left).toEqual([]);
  });

  it('keeps an example when its tree goes', () => {
    const db = openMemoryDatabase();
    fillOneOfEach(db);
    db.prepare('DELETE FROM trees').run();
    expect(db.prepare('SELECT id, tree_id FROM examples').all()).toEqual([{ id: 'e', tree_id: null }]);
  });

  it('refuses a row whose parent is not there', () => {
    const db = openMemoryDatabase();
    const orphan = () => upsertTree(db, { newId: 't' as TreeId, runId, projectId, nowMs: 1 }, makeTree('q1'));
    expect(orphan).toThrow(/FOREIGN KEY/);
  });
});

describe('hot queries use an index', () => {
  const plan = (sql: string): string => {
    const steps = openMemoryDatabase()
      .prepare(`EXPLAIN QUERY PLAN ${sql}`)
      .all({
        datasetId: 'd',
        runId: 'r',
        projectId: 'p',
        setId: 's',
        treeId: 't',
        verdict: 'todo',
      } as Record<string, string>);
    return (steps as { detail: string }[]).map((step) => step.detail).join('; ');
  };
  const { where } = filterClause('d' as DatasetId, { verdict: 'todo', search: '' });

  it.each([
    ['SELECT * FROM runs WHERE project_id = $projectId ORDER BY created_at_ms DESC', 'runs_by_project'],
    ['SELECT * FROM trees WHERE run_id = $runId ORDER BY created_at_ms', 'trees_by_run'],
    ['SELECT * FROM examples WHERE dataset_id = $datasetId ORDER BY position LIMIT 50', 'examples_by_place'],
    [`SELECT COUNT(*) FROM examples WHERE ${where}`, 'examples_by_verdict'],
    [`SELECT rowid FROM examples WHERE ${where} ORDER BY position LIMIT 50`, 'COVERING INDEX examples_by_verdict'],
    ['SELECT * FROM logs WHERE run_id = $runId ORDER BY id DESC LIMIT 10', 'logs_by_run'],
    ['SELECT * FROM tree_nodes WHERE tree_id = $treeId ORDER BY node_index', 'PRIMARY KEY'],
    ['SELECT * FROM questions WHERE set_id = $setId AND position > 10 ORDER BY position LIMIT 5', 'PRIMARY KEY'],
    ['SELECT name, step, value FROM metrics WHERE run_id = $runId ORDER BY name, step', 'PRIMARY KEY'],
    [
      `SELECT id FROM example_decisions WHERE dataset_id = $datasetId AND undone_at_ms IS NULL ORDER BY id DESC LIMIT 1`,
      'example_decisions_open',
    ],
  ])('%s', (sql, index) => {
    const params = new Set(sql.match(/\$\w+/g));
    expect(params.size).toBeGreaterThan(0);
    const text = plan(sql);
    expect(text).toContain(`USING ${index === 'PRIMARY KEY' ? 'PRIMARY KEY' : index}`.replace('USING ', ''));
    expect(text).not.toMatch(/SCAN (?!.*USING)/);
    expect(text).not.toContain('TEMP B-TREE');
  });
});

it('refers to checkpoints that exist', () => {
  const db = openMemoryDatabase();
  insertProject(db, { id: projectId, name: 'p', createdAtMs: 1, isDemo: false });
  const spec = JobSpec.parse({ kind: 'tokens', checkpointId: 'missing', config: {} });
  const parents = { checkpointId: 'missing' as CheckpointId, questionSetId: null, datasetId: null, runId: null };
  const start = () =>
    insertRun(db, { id: runId, projectId, name: 'r', spec, seed: 1, parents, createdAtMs: 1, folder: '/r' });
  expect(start).toThrow(/FOREIGN KEY/);
});

it('the step that rebuilds the examples keeps them with all that refers to them', () => {
  const db = new Sqlite(':memory:') as unknown as WritableDb;
  db.pragma('foreign_keys = ON');
  migrate(db, [SCHEMA_STEPS[0]!]);
  db.exec(`
    INSERT INTO projects VALUES ('p', 'p', 0, 1);
    INSERT INTO datasets VALUES ('d', 'p', NULL, 'd', 1);
    INSERT INTO examples (id, dataset_id, position, key, question_id, prompt, reference_answer, kind, steps_json, node_path_json,
      problems_json, problem_count, token_count, verdict, is_edited, note, revision)
      VALUES ('e', 'd', 0, 'k', 'q1', 'How many pears?', '2', 'clean', '[{"token":"output","text":"two"}]', '[]', '[]', 0, 9, 'accepted', 0, 'fine', 3);
    INSERT INTO example_decisions (id, dataset_id, description, made_at_ms) VALUES (1, 'd', 'Accepted 1 example', 1);
    INSERT INTO example_decision_items VALUES (1, 'e', '{"verdict":"todo"}');
  `);
  migrate(db);
  expect(db.pragma('foreign_keys', { simple: true })).toBe(1);
  expect(db.prepare('SELECT COUNT(*) AS count FROM example_decision_items').get()).toEqual({ count: 1 });
  const search = (text: string) =>
    pageExamples(db, { datasetId: 'd' as DatasetId, filter: { search: text }, offset: 0, limit: 9 }).examples;
  expect(search('pears two fi')).toMatchObject([{ id: 'e', verdict: 'accepted', note: 'fine', revision: 3, tags: [] }]);
  db.prepare('DELETE FROM examples').run();
  expect(db.prepare('SELECT COUNT(*) AS count FROM example_texts').get()).toEqual({ count: 0 });
});
