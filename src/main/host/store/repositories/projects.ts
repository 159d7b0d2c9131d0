import type { ProjectId } from '@contracts/ids';
import type { Project } from '@contracts/projects';
import { notInTrash } from './trash';
import { bit, count, execute, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

interface Row {
  id: ProjectId;
  name: string;
  is_demo: number;
  created_at_ms: number;
}

export function listProjects(db: ReadableDb): Project[] {
  return selectAll<Row>(db, 'SELECT * FROM projects ORDER BY created_at_ms, id').map(toProject);
}

export function findProject(db: ReadableDb, id: ProjectId): Project | null {
  const row = selectOne<Row>(db, 'SELECT * FROM projects WHERE id = $id', { id });
  return row ? toProject(row) : null;
}

export function insertProject(db: WritableDb, project: Project): void {
  execute(db, 'INSERT INTO projects (id, name, is_demo, created_at_ms) VALUES ($id, $name, $isDemo, $createdAtMs)', {
    id: project.id,
    name: project.name,
    isDemo: bit(project.isDemo),
    createdAtMs: project.createdAtMs,
  });
}

export function renameProject(db: WritableDb, id: ProjectId, name: string): boolean {
  return execute(db, 'UPDATE projects SET name = $name WHERE id = $id', { id, name }).changes > 0;
}

/** Deletes a project with every row that belongs to it. */
export function deleteProject(db: WritableDb, id: ProjectId): boolean {
  return execute(db, 'DELETE FROM projects WHERE id = $id', { id }).changes > 0;
}

export interface ProjectCounts {
  readonly checkpoints: number;
  readonly questionSets: number;
  readonly questions: number;
  readonly trees: number;
  readonly examples: number;
  readonly evaluations: number;
}

const COUNTS: Readonly<Record<keyof ProjectCounts, string>> = {
  checkpoints: `SELECT COUNT(*) AS count FROM checkpoints WHERE project_id = $id AND removed_at_ms IS NULL AND ${notInTrash('id', 'run_id')}`,
  questionSets: `SELECT COUNT(*) AS count FROM question_sets WHERE project_id = $id AND removed_at_ms IS NULL AND ${notInTrash('id')}`,
  questions: `SELECT COALESCE(SUM(question_count), 0) AS count FROM question_sets WHERE project_id = $id AND removed_at_ms IS NULL AND ${notInTrash('id')}`,
  trees: `SELECT COUNT(*) AS count FROM trees WHERE project_id = $id AND ${notInTrash('run_id')}`,
  examples: `SELECT COUNT(*) AS count FROM datasets JOIN examples ON examples.dataset_id = datasets.id
     WHERE datasets.project_id = $id AND ${notInTrash('datasets.id', 'datasets.run_id')}`,
  evaluations: `SELECT COUNT(*) AS count FROM evaluations WHERE project_id = $id AND ${notInTrash('run_id')}`,
};

export function countProducts(db: ReadableDb, id: ProjectId): ProjectCounts {
  const of = (what: keyof ProjectCounts) => count(db, COUNTS[what], { id });
  return {
    checkpoints: of('checkpoints'),
    questionSets: of('questionSets'),
    questions: of('questions'),
    trees: of('trees'),
    examples: of('examples'),
    evaluations: of('evaluations'),
  };
}

function toProject(row: Row): Project {
  return { id: row.id, name: row.name, isDemo: row.is_demo === 1, createdAtMs: row.created_at_ms };
}
