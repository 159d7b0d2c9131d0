import type { JobRecord } from '@contracts/engine-protocol';
import type { Evaluation, EvaluationItem, Proportion } from '@contracts/evaluations';
import type { CheckpointId, EvaluationId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import { wilsonInterval } from '@core/eval/wilson';
import { openCorrection } from './corrections';
import { notInTrash } from './trash';
import { bit, count, execute, fromJson, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

type EvaluationRecord = Extract<JobRecord, { type: 'evaluation' }>;

interface Row {
  id: EvaluationId;
  project_id: ProjectId;
  run_id: RunId;
  mode: Evaluation['mode'];
  plain_prompt: string;
  accuracy_json: string;
  coverage_json: string | null;
  vote_json: string | null;
  budget: number;
  tokens_per_answer: number;
  seconds: number;
  created_at_ms: number;
  corrected_count: number;
  corrected_right: number;
  checkpoint_id: CheckpointId;
  checkpoint_name: string;
  question_set_id: QuestionSetId;
  question_set_name: string;
}

interface ItemRow {
  question_id: string;
  prompt: string;
  reference_answer: string;
  response: string;
  answer: string | null;
  is_right: number;
  why: string;
  tokens: number;
  person_right: number | null;
}

const CORRECTED = `(SELECT COUNT(*) FROM evaluation_items WHERE evaluation_items.run_id = evaluations.run_id AND person_right IS NOT NULL`;

const SELECT_EVALUATION = `SELECT evaluations.*, ${CORRECTED}) AS corrected_count, ${CORRECTED} AND person_right = 1) AS corrected_right,
    checkpoints.id AS checkpoint_id, checkpoints.name AS checkpoint_name,
    question_sets.id AS question_set_id, question_sets.name AS question_set_name
  FROM evaluations JOIN run_parents ON run_parents.run_id = evaluations.run_id
  JOIN checkpoints ON checkpoints.id = run_parents.checkpoint_id
  JOIN question_sets ON question_sets.id = run_parents.question_set_id`;

/** Newest first. */
export function listEvaluations(db: ReadableDb, projectId: ProjectId): Evaluation[] {
  const sql = `${SELECT_EVALUATION} WHERE evaluations.project_id = $projectId AND ${notInTrash('evaluations.run_id')}
    ORDER BY evaluations.created_at_ms DESC, evaluations.rowid DESC`;
  return selectAll<Row>(db, sql, { projectId }).map(toEvaluation);
}

export function findEvaluation(db: ReadableDb, id: EvaluationId): Evaluation | null {
  const row = selectOne<Row>(db, `${SELECT_EVALUATION} WHERE evaluations.id = $id`, { id });
  return row ? toEvaluation(row) : null;
}

/** Stores the figures of a run's evaluation; the same run again replaces them and keeps the id. */
export function upsertEvaluation(
  db: WritableDb,
  place: { newId: EvaluationId; projectId: ProjectId; runId: RunId; nowMs: number },
  record: EvaluationRecord,
): void {
  execute(
    db,
    `INSERT INTO evaluations (id, project_id, run_id, mode, plain_prompt, accuracy_json, coverage_json, vote_json, budget,
       tokens_per_answer, seconds, created_at_ms)
     VALUES ($id, $projectId, $runId, $mode, $plainPrompt, $accuracy, $coverage, $vote, $budget, $tokensPerAnswer, $seconds, $nowMs)
     ON CONFLICT (run_id) DO UPDATE SET mode = excluded.mode, plain_prompt = excluded.plain_prompt, accuracy_json = excluded.accuracy_json,
       coverage_json = excluded.coverage_json, vote_json = excluded.vote_json, budget = excluded.budget,
       tokens_per_answer = excluded.tokens_per_answer, seconds = excluded.seconds`,
    {
      id: place.newId,
      projectId: place.projectId,
      runId: place.runId,
      mode: record.mode,
      plainPrompt: record.plainPrompt,
      accuracy: JSON.stringify(record.accuracy),
      coverage: record.coverage && JSON.stringify(record.coverage),
      vote: record.vote && JSON.stringify(record.vote),
      budget: record.budget,
      tokensPerAnswer: record.tokensPerAnswer,
      seconds: record.seconds,
      nowMs: place.nowMs,
    },
  );
}

export function upsertEvaluationItem(db: WritableDb, runId: RunId, item: EvaluationItem): void {
  const said = openCorrection(db, runId, item);
  execute(
    db,
    `INSERT INTO evaluation_items (run_id, question_id, prompt, reference_answer, response, answer, is_right, why, tokens, person_right)
     VALUES ($runId, $questionId, $prompt, $referenceAnswer, $response, $answer, $isRight, $why, $tokens, $personRight)
     ON CONFLICT DO UPDATE SET prompt = excluded.prompt, reference_answer = excluded.reference_answer, response = excluded.response,
       answer = excluded.answer, is_right = excluded.is_right, why = excluded.why, tokens = excluded.tokens,
       person_right = excluded.person_right`,
    {
      personRight: said === null || said === item.isRight ? null : bit(said),
      runId,
      questionId: item.questionId,
      prompt: item.prompt,
      referenceAnswer: item.referenceAnswer,
      response: item.response,
      answer: item.answer,
      isRight: bit(item.isRight),
      why: item.why,
      tokens: item.tokens,
    },
  );
}

const IS_RIGHT = 'COALESCE(person_right, is_right)';
const ITEM_FILTERS = { all: '', right: ` AND ${IS_RIGHT} = 1`, wrong: ` AND ${IS_RIGHT} = 0` } as const;

export function pageEvaluationItems(
  db: ReadableDb,
  runId: RunId,
  page: { filter: keyof typeof ITEM_FILTERS; offset: number; limit: number },
): { total: number; items: EvaluationItem[] } {
  const where = `run_id = $runId${ITEM_FILTERS[page.filter]}`;
  const total = count(db, `SELECT COUNT(*) AS count FROM evaluation_items WHERE ${where}`, { runId });
  const rows = selectAll<ItemRow>(
    db,
    `SELECT * FROM evaluation_items WHERE ${where} ORDER BY question_id LIMIT $limit OFFSET $offset`,
    { runId, limit: page.limit, offset: page.offset },
  );
  return { total, items: rows.map(toItem) };
}

/** Every item of a run by question id. */
export function mapEvaluationItems(db: ReadableDb, runId: RunId): Map<string, EvaluationItem> {
  const rows = selectAll<ItemRow>(db, 'SELECT * FROM evaluation_items WHERE run_id = $runId ORDER BY question_id', {
    runId,
  });
  return new Map(rows.map((row) => [row.question_id, toItem(row)]));
}

function toEvaluation(row: Row): Evaluation {
  const checker = fromJson<Proportion>(row.accuracy_json);
  return {
    id: row.id,
    projectId: row.project_id,
    runId: row.run_id,
    checkpointId: row.checkpoint_id,
    checkpointName: row.checkpoint_name,
    questionSetId: row.question_set_id,
    questionSetName: row.question_set_name,
    mode: row.mode,
    plainPrompt: row.plain_prompt,
    ...(row.corrected_count === 0
      ? { accuracy: checker }
      : {
          accuracy: correctedAccuracy(checker, row.corrected_count, row.corrected_right),
          corrected: { count: row.corrected_count, checker },
        }),
    coverage: row.coverage_json === null ? null : fromJson<Proportion>(row.coverage_json),
    vote: row.vote_json === null ? null : fromJson<Proportion>(row.vote_json),
    budget: row.budget,
    tokensPerAnswer: row.tokens_per_answer,
    seconds: row.seconds,
    createdAtMs: row.created_at_ms,
  };
}

function toItem(row: ItemRow): EvaluationItem {
  return {
    questionId: row.question_id,
    prompt: row.prompt,
    referenceAnswer: row.reference_answer,
    response: row.response,
    answer: row.answer,
    isRight: (row.person_right ?? row.is_right) === 1,
    ...(row.person_right !== null && { isCorrected: true }),
    why: row.why,
    tokens: row.tokens,
  };
}

/** A correction stands only where it differs from the checker's verdict, so each moves one answer to the other side. */
function correctedAccuracy(checker: Proportion, corrected: number, toRight: number): Proportion {
  const right = Math.round(checker.value * checker.count) + toRight - (corrected - toRight);
  return wilsonInterval(right, checker.count);
}
