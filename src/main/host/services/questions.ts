import { basename } from 'node:path';
import type { ProjectId, QuestionSetId } from '@contracts/ids';
import type {
  ColumnMapping,
  QuestionFilePreview,
  QuestionImportReport,
  QuestionRow,
  QuestionSet,
  QuestionSetRole,
  RejectedRow,
} from '@contracts/questions';
import { WorkbenchError } from '@core/errors';
import { listComposedColumns } from '@core/tasks/composed-columns';
import { readCell, readQuestions, suggestColumns, type QuestionCells } from '@core/tasks/readers';
import { findProject } from '../store/repositories/projects';
import * as stored from '../store/repositories/question-sets';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { knownSurfaces } from './models';
import { required } from './not-found';
import { throwAway } from './project-trash';
import { openQuestionFile } from './question-files/open-question-file';
import { excerpt, showCell } from './question-files/question-file';

const PREVIEW_ROWS = 20;
/** Rejected rows that a report lists; the count is of all. */
const LISTED_REJECTS = 200;

export function listQuestionSets({ db }: ServiceContext, projectId: ProjectId): QuestionSet[] {
  return stored.listQuestionSets(db, projectId);
}

/** The first rows of a file, its columns, and a guess which is which. Rows that cannot be read are counted, not shown. */
export async function previewQuestionFile(path: string): Promise<QuestionFilePreview> {
  const file = await openQuestionFile(path);
  const columns = new Set<string>();
  const rows: { shown: Record<string, string>; cells: QuestionCells }[] = [];
  let totalRows = 0;
  for await (const row of file.rows()) {
    totalRows++;
    if (!('cells' in row) || rows.length >= PREVIEW_ROWS) continue;
    for (const name of Object.keys(row.cells)) columns.add(name);
    const shown = Object.fromEntries(Object.entries(row.cells).map(([name, cell]) => [name, showCell(cell)]));
    rows.push({ shown, cells: row.cells });
  }
  const names = [...columns];
  const composed = listComposedColumns(names);
  return {
    path,
    format: file.format,
    columns: [...names, ...composed],
    suggestedMapping: suggestColumns(names)?.columns ?? null,
    rows: rows.map(({ shown, cells }) => ({
      ...shown,
      ...Object.fromEntries(composed.map((name) => [name, showCell(readCell(cells, name))])),
    })),
    totalRows,
  };
}

/**
 * Reads a file of questions with a report of what was left out, and stores the rest unless it is a dry run.
 * @throws WorkbenchError `questions-empty` when nothing would be left; the reasons of `openQuestionFile`
 */
export async function importQuestions(
  context: ServiceContext,
  input: {
    projectId: ProjectId;
    path: string;
    mapping: ColumnMapping;
    name: string;
    role: QuestionSetRole;
    dryRun: boolean;
  },
): Promise<QuestionImportReport> {
  required(findProject(context.db, input.projectId), 'This project');
  const { rows, rejected } = await readRows(input.path, input.mapping, knownSurfaces(context.db, input.projectId));
  const report = {
    accepted: rows.length,
    rejectedCount: rejected.length,
    rejected: rejected.slice(0, LISTED_REJECTS),
  };
  if (input.dryRun) return { set: null, ...report };
  if (rows.length === 0) throw nothingLeft(input.path, rejected);
  const set: QuestionSet = {
    id: context.newId('questions') as QuestionSetId,
    projectId: input.projectId,
    name: input.name,
    role: input.role,
    count: rows.length,
    source: input.path,
    createdAtMs: context.nowMs(),
  };
  transaction(context.db, () => stored.insertQuestionSet(context.db, set, rows));
  context.bus.publish({ type: 'changed', what: 'questionSets' });
  return { set, ...report };
}

export function pageQuestions(
  { db }: ServiceContext,
  input: { id: QuestionSetId; search: string; offset: number; limit: number },
): { total: number; rows: QuestionRow[] } {
  required(stored.findQuestionSet(db, input.id), 'This question set');
  return stored.pageQuestions(db, input.id, input);
}

export function changeQuestionSet(
  context: ServiceContext,
  input: { id: QuestionSetId; name: string; role: QuestionSetRole },
): QuestionSet {
  required(stored.changeQuestionSet(context.db, input.id, input.name, input.role) || null, 'This question set');
  context.bus.publish({ type: 'changed', what: 'questionSets' });
  const { isRemoved: _, ...set } = required(stored.findQuestionSet(context.db, input.id), 'This question set');
  return set;
}

/** Puts a set into the trash. */
export function removeQuestionSet(context: ServiceContext, id: QuestionSetId): { removed: boolean } {
  const set = stored.findQuestionSet(context.db, id);
  return { removed: set !== null && throwAway(context, { id, kind: 'questionSet', projectId: set.projectId }) };
}

async function readRows(
  path: string,
  mapping: ColumnMapping,
  surfaces: readonly string[],
): Promise<{ rows: QuestionRow[]; rejected: RejectedRow[] }> {
  const file = await openQuestionFile(path);
  const readable: { line: number; cells: QuestionCells }[] = [];
  const rejected: RejectedRow[] = [];
  for await (const row of file.rows()) {
    if (!('cells' in row)) {
      rejected.push({ line: row.line, reason: row.problem, excerpt: row.excerpt });
      continue;
    }
    const problem = findForeignToken(row.cells, mapping, surfaces);
    if (problem)
      rejected.push({ line: row.line, reason: problem, excerpt: excerpt(readCell(row.cells, mapping.prompt)) });
    else readable.push(row);
  }
  const read = readQuestions(readable, mapping, basename(path));
  return {
    rows: read.questions.map(({ id, prompt, referenceAnswer }) => ({ id, prompt, referenceAnswer })),
    rejected: [...rejected, ...read.rejected].toSorted((a, b) => a.line - b.line),
  };
}

/** A question or answer must not spell a functional token: readers of trees and examples could not tell it from a real one. */
function findForeignToken(cells: QuestionCells, mapping: ColumnMapping, surfaces: readonly string[]): string {
  for (const column of [mapping.prompt, mapping.answer]) {
    const text = readCell(cells, column);
    const surface = surfaces.find((one) => text.includes(one));
    if (surface)
      return `The column “${column}” contains “${surface}”, which is a functional token; write it differently.`;
  }
  return '';
}

function nothingLeft(path: string, rejected: readonly RejectedRow[]): WorkbenchError {
  const [first] = rejected;
  const why = first ? ` The first reason, line ${first.line}: ${first.reason}` : '';
  return new WorkbenchError('validation', `No question of ${basename(path)} can be used.${why}`, {
    code: 'questions-empty',
    where: path,
    kept: 'Nothing was stored.',
    wayOut: 'Choose other columns, or mend the rows that the report names.',
    details: { rejected: rejected.length },
  });
}
