import type { Correction, EvaluationItem } from '@contracts/evaluations';
import type { ProjectId, RunId } from '@contracts/ids';
import { normaliseAnswer } from '@core/tasks/verifier';
import { bit, execute, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

/**
 * A person's corrections of the answer checker: a journal in which the newest open row about an answer to a question counts. Answers are told
 * apart as votes tell them apart, so "12" and "12.0" share a correction.
 */

interface Row {
  id: number;
  question_id: string;
  reference_answer: string;
  answer: string;
  is_right: number;
  made_at_ms: number;
  undone_at_ms: number | null;
}

/** An answer to a question of a project. */
export interface AnsweredQuestion {
  readonly projectId: ProjectId;
  readonly questionId: string;
  readonly referenceAnswer: string;
  readonly answer: string | null;
}

/** Closes what was said about the answer before and, unless `isRight` is null, says it anew. Call inside a transaction. */
export function writeCorrection(db: WritableDb, about: AnsweredQuestion, isRight: boolean | null, nowMs: number): void {
  const key = keyOf(about);
  execute(
    db,
    `UPDATE answer_corrections SET undone_at_ms = $nowMs WHERE project_id = $projectId AND question_id = $questionId
       AND reference_answer = $referenceAnswer AND answer = $answer AND undone_at_ms IS NULL`,
    { ...key, nowMs },
  );
  if (isRight === null) return;
  execute(
    db,
    `INSERT INTO answer_corrections (project_id, question_id, reference_answer, answer, is_right, made_at_ms)
     VALUES ($projectId, $questionId, $referenceAnswer, $answer, $isRight, $nowMs)`,
    { ...key, isRight: bit(isRight), nowMs },
  );
}

/** Newest first, those taken back too. */
export function listCorrections(db: ReadableDb, projectId: ProjectId): Correction[] {
  return selectAll<Row>(db, 'SELECT * FROM answer_corrections WHERE project_id = $projectId ORDER BY id DESC', {
    projectId,
  }).map((row) => ({
    id: row.id,
    questionId: row.question_id,
    answer: row.answer,
    referenceAnswer: row.reference_answer,
    isRight: row.is_right === 1,
    madeAtMs: row.made_at_ms,
    undoneAtMs: row.undone_at_ms,
  }));
}

/** What a person has said about the answer of an item; null where nobody has said anything. */
export function openCorrection(db: ReadableDb, runId: RunId, item: EvaluationItem): boolean | null {
  const row = selectOne<{ is_right: number }>(
    db,
    `SELECT is_right FROM answer_corrections WHERE project_id = (SELECT project_id FROM runs WHERE id = $runId)
       AND question_id = $questionId AND reference_answer = $referenceAnswer AND answer = $answer AND undone_at_ms IS NULL
     ORDER BY id DESC`,
    { runId, questionId: item.questionId, referenceAnswer: item.referenceAnswer, answer: normalised(item.answer) },
  );
  return row ? row.is_right === 1 : null;
}

/**
 * Lets every evaluation of the project that gave this answer follow what was said of it.
 * @returns items whose verdict changed
 */
export function applyCorrection(db: WritableDb, about: AnsweredQuestion, isRight: boolean | null): number {
  const { projectId, questionId, referenceAnswer, answer } = keyOf(about);
  const rows = selectAll<{ run_id: RunId; answer: string | null; is_right: number; person_right: number | null }>(
    db,
    `SELECT evaluation_items.run_id, evaluation_items.answer, is_right, person_right FROM evaluation_items
       JOIN runs ON runs.id = evaluation_items.run_id
     WHERE runs.project_id = $projectId AND question_id = $questionId AND reference_answer = $referenceAnswer`,
    { projectId, questionId, referenceAnswer },
  );
  let changed = 0;
  for (const row of rows) {
    if (normalised(row.answer) !== answer) continue;
    const wanted = isRight === null || bit(isRight) === row.is_right ? null : bit(isRight);
    if (wanted === row.person_right) continue;
    execute(
      db,
      'UPDATE evaluation_items SET person_right = $wanted WHERE run_id = $runId AND question_id = $questionId',
      { wanted, runId: row.run_id, questionId },
    );
    changed += 1;
  }
  return changed;
}

function keyOf({ projectId, questionId, referenceAnswer, answer }: AnsweredQuestion) {
  return { projectId, questionId, referenceAnswer, answer: normalised(answer) };
}

/** One form for equal answers; an answer that was not found is one, too. */
function normalised(answer: string | null): string {
  return answer === null ? '' : normaliseAnswer(answer);
}
