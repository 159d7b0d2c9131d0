import type { ExampleRow, ExampleStep } from '@contracts/examples';
import type { DatasetId, ExampleId } from '@contracts/ids';
import { ERROR_CLASSES, type ErrorClass } from '@core/dataset/error-classes';
import { count, fromJson, selectAll, selectOne, type ReadableDb } from '../sql';
import type { ExampleFilter, Verdict } from '@contracts/examples';
import type { ExampleQuery } from './examples';
import { bitOfClass, classesOfMask, filterClause } from './example-filter';

/** Characters of the question that a line shows. */
const PROMPT_LENGTH = 240;
/** Steps whose tokens a line shows. */
const TOKENS_SHOWN = 14;

interface StoredRow {
  id: ExampleId;
  kind: ExampleRow['kind'];
  prompt: string;
  steps_json: string;
  verdict: Verdict;
  problem_count: number;
  error_mask: number;
  tags_json: string;
  is_edited: number;
}

/** Lines of the review's table in their order, with the count of all that the filter shows. The ids come from the index alone. */
export function pageExampleRows(db: ReadableDb, query: ExampleQuery): { total: number; rows: ExampleRow[] } {
  const { where, params } = filterClause(query.datasetId, query.filter);
  const total = count(db, `SELECT COUNT(*) AS count FROM examples WHERE ${where}`, params);
  const found = selectAll<StoredRow>(
    db,
    `SELECT id, kind, substr(prompt, 1, ${PROMPT_LENGTH}) AS prompt, steps_json, verdict, problem_count, error_mask, tags_json, is_edited
     FROM examples WHERE seq IN (SELECT seq FROM examples WHERE ${where} ORDER BY position LIMIT $limit OFFSET $offset)
     ORDER BY position`,
    { ...params, limit: query.limit, offset: query.offset },
  );
  return { total, rows: found.map(toLine) };
}

/** How many examples that the filter shows stand before this one; null when it is not among them. */
export function placeOfExample(
  db: ReadableDb,
  datasetId: DatasetId,
  filter: ExampleFilter,
  id: ExampleId,
): number | null {
  const { where, params } = filterClause(datasetId, filter);
  const own = selectOne<{ position: number }>(db, `SELECT position FROM examples WHERE ${where} AND id = $id`, {
    ...params,
    id,
  });
  if (!own) return null;
  const sql = `SELECT COUNT(*) AS count FROM examples WHERE ${where} AND position < $position`;
  return count(db, sql, { ...params, position: own.position });
}

export function countTags(db: ReadableDb, datasetId: DatasetId): { tag: string; count: number }[] {
  return selectAll(
    db,
    'SELECT tag, COUNT(*) AS count FROM example_tags WHERE dataset_id = $datasetId GROUP BY tag ORDER BY tag',
    { datasetId },
  );
}

export function countErrorClasses(db: ReadableDb, datasetId: DatasetId): { errorClass: ErrorClass; count: number }[] {
  const sums = ERROR_CLASSES.map(
    (errorClass, at) => `COUNT(*) FILTER (WHERE (error_mask & ${bitOfClass(errorClass)}) <> 0) AS c${at}`,
  );
  const row = selectOne<Record<string, number>>(
    db,
    `SELECT ${sums.join(', ')} FROM examples WHERE dataset_id = $datasetId`,
    { datasetId },
  );
  return ERROR_CLASSES.map((errorClass, at) => ({ errorClass, count: row?.[`c${at}`] ?? 0 })).filter(
    (found) => found.count > 0,
  );
}

function toLine(row: StoredRow): ExampleRow {
  return {
    id: row.id,
    kind: row.kind,
    prompt: row.prompt,
    tokens: fromJson<ExampleStep[]>(row.steps_json)
      .slice(0, TOKENS_SHOWN)
      .map(({ token }) => token),
    verdict: row.verdict,
    problemCount: row.problem_count,
    errorClasses: classesOfMask(row.error_mask),
    tags: fromJson<string[]>(row.tags_json),
    isEdited: row.is_edited === 1,
  };
}
