import type { ProjectId, QuestionSetId } from '@contracts/ids';
import type { QuestionRow, QuestionSet, QuestionSetRole } from '@contracts/questions';
import { isInTrash, notInTrash } from './trash';
import { count, execute, likeAnywhere, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

interface SetRow {
  id: QuestionSetId;
  project_id: ProjectId;
  name: string;
  role: QuestionSetRole;
  source: string;
  question_count: number;
  created_at_ms: number;
  removed_at_ms: number | null;
}

interface QuestionColumns {
  question_id: string;
  prompt: string;
  reference_answer: string;
}

export function listQuestionSets(db: ReadableDb, projectId: ProjectId): QuestionSet[] {
  return selectAll<SetRow>(
    db,
    `SELECT * FROM question_sets WHERE project_id = $projectId AND removed_at_ms IS NULL AND ${notInTrash('id')} ORDER BY created_at_ms, rowid`,
    { projectId },
  ).map(toSet);
}

/** Also one that was taken out of the list: lineage still leads to it. */
export function findQuestionSet(db: ReadableDb, id: QuestionSetId): (QuestionSet & { isRemoved: boolean }) | null {
  const row = selectOne<SetRow>(db, 'SELECT * FROM question_sets WHERE id = $id', { id });
  return row ? { ...toSet(row), isRemoved: row.removed_at_ms !== null || isInTrash(db, id) } : null;
}

/** Stores a set and its questions in their order. Call inside a transaction. */
export function insertQuestionSet(db: WritableDb, set: QuestionSet, rows: Iterable<QuestionRow>): void {
  execute(
    db,
    `INSERT INTO question_sets (id, project_id, name, role, source, question_count, created_at_ms)
     VALUES ($id, $projectId, $name, $role, $source, $count, $createdAtMs)`,
    {
      id: set.id,
      projectId: set.projectId,
      name: set.name,
      role: set.role,
      source: set.source,
      count: set.count,
      createdAtMs: set.createdAtMs,
    },
  );
  let position = 0;
  for (const row of rows) {
    execute(
      db,
      `INSERT INTO questions (set_id, position, question_id, prompt, reference_answer)
       VALUES ($setId, $position, $questionId, $prompt, $referenceAnswer)`,
      {
        setId: set.id,
        position: position++,
        questionId: row.id,
        prompt: row.prompt,
        referenceAnswer: row.referenceAnswer,
      },
    );
  }
}

export interface QuestionPage {
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

export function pageQuestions(
  db: ReadableDb,
  setId: QuestionSetId,
  page: QuestionPage,
): { total: number; rows: QuestionRow[] } {
  const where = page.search
    ? `set_id = $setId AND (prompt LIKE $pattern ESCAPE '\\' OR reference_answer LIKE $pattern ESCAPE '\\' OR question_id LIKE $pattern ESCAPE '\\')`
    : 'set_id = $setId';
  const params = { setId, ...(page.search && { pattern: likeAnywhere(page.search) }) };
  const total = count(db, `SELECT COUNT(*) AS count FROM questions WHERE ${where}`, params);
  const rows = selectAll<QuestionColumns>(
    db,
    `SELECT question_id, prompt, reference_answer FROM questions WHERE ${where} ORDER BY position LIMIT $limit OFFSET $offset`,
    { ...params, limit: page.limit, offset: page.offset },
  );
  return { total, rows: rows.map(toQuestion) };
}

/** Rows fetched at a time while a set is walked; other statements may run in between. */
const WALK_ROWS = 500;

/** The questions of a set in their order, one by one. */
export function* eachQuestion(db: ReadableDb, setId: QuestionSetId): Generator<QuestionRow> {
  const sql = `SELECT position, question_id, prompt, reference_answer FROM questions
    WHERE set_id = $setId AND position > $after ORDER BY position LIMIT $limit`;
  for (let after = -1; ;) {
    const rows = selectAll<QuestionColumns & { position: number }>(db, sql, { setId, after, limit: WALK_ROWS });
    for (const row of rows) yield toQuestion(row);
    const last = rows.at(-1);
    if (!last) return;
    after = last.position;
  }
}

/** One question of a set by its own id. */
export function findQuestion(db: ReadableDb, setId: QuestionSetId, questionId: string): QuestionRow | null {
  const row = selectOne<QuestionColumns>(
    db,
    'SELECT question_id, prompt, reference_answer FROM questions WHERE set_id = $setId AND question_id = $questionId',
    { setId, questionId },
  );
  return row ? toQuestion(row) : null;
}

/** Whether a set has a question of the same text. */
export function hasQuestion(db: ReadableDb, setId: QuestionSetId, prompt: string): boolean {
  const sql = 'SELECT COUNT(*) AS count FROM questions WHERE set_id = $setId AND prompt = $prompt';
  return count(db, sql, { setId, prompt }) > 0;
}

/** Adds one question at the end of a set. Call inside a transaction. */
export function appendQuestion(
  db: WritableDb,
  setId: QuestionSetId,
  { id, prompt, referenceAnswer }: QuestionRow,
): void {
  execute(
    db,
    `INSERT INTO questions (set_id, position, question_id, prompt, reference_answer)
     VALUES ($setId, (SELECT COALESCE(MAX(position) + 1, 0) FROM questions WHERE set_id = $setId), $id, $prompt, $referenceAnswer)`,
    { setId, id, prompt, referenceAnswer },
  );
  execute(db, 'UPDATE question_sets SET question_count = question_count + 1 WHERE id = $setId', { setId });
}

export function changeQuestionSet(db: WritableDb, id: QuestionSetId, name: string, role: QuestionSetRole): boolean {
  return (
    execute(db, 'UPDATE question_sets SET name = $name, role = $role WHERE id = $id', { id, name, role }).changes > 0
  );
}

/** Takes a set out of the list. Where no run stands on it, its rows go too; otherwise they stay for lineage. */
export function removeQuestionSet(db: WritableDb, id: QuestionSetId, nowMs: number): boolean {
  const users = count(db, 'SELECT COUNT(*) AS count FROM run_parents WHERE question_set_id = $id', { id });
  const change = users
    ? execute(db, 'UPDATE question_sets SET removed_at_ms = $nowMs WHERE id = $id AND removed_at_ms IS NULL', {
        id,
        nowMs,
      })
    : execute(db, 'DELETE FROM question_sets WHERE id = $id', { id });
  return change.changes > 0;
}

function toSet(row: SetRow): QuestionSet {
  return {
    id: row.id,
    projectId: row.project_id,
    name: row.name,
    role: row.role,
    source: row.source,
    count: row.question_count,
    createdAtMs: row.created_at_ms,
  };
}

function toQuestion(row: QuestionColumns): QuestionRow {
  return { id: row.question_id, prompt: row.prompt, referenceAnswer: row.reference_answer };
}
