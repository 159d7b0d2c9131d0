import { describe, expect, it } from 'vitest';
import type { CheckpointId, DatasetId, ExampleId, ProjectId, QuestionSetId, RunId, TreeId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { makeExample, makeTree } from '../../testing/records';
import { openMemoryDatabase } from '../database';
import { insertDecision } from '../repositories/decisions';
import { ensureDataset, filterClause, upsertExample } from '../repositories/examples';
import { insertProject } from '../repositories/projects';
import { insertQuestionSet } from '../repositories/question-sets';
import { insertRun } from '../repositories/runs';
import { insertLog, upsertMetrics } from '../repositories/telemetry';
import { upsertTree } from '../repositories/trees';
import type { WritableDb } from '../sql';

const projectId = 'p' as ProjectId;
const runId = 'r' as RunId;

function tables(db: WritableDb): string[] {
  const rows = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`).all();
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
      .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0 AND name NOT LIKE 'sqlite_%'`)
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
    ['SELECT * FROM examples WHERE dataset_id = $datasetId ORDER BY position LIMIT 50', 'examples_by_dataset'],
    [`SELECT COUNT(*) FROM examples WHERE ${where}`, 'examples_by_verdict'],
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
