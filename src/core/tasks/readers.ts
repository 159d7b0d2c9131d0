import { WorkbenchError } from '../errors';
import { extractAnswer } from './answer';
import { COMPOSED_COLUMNS, listComposedColumns } from './composed-columns';
import { hashLabel } from '../random/rng';
import { QuestionSchema, type Question } from './question';

/** A row of a file of questions: column to cell, as the file had it. */
export type QuestionCells = Readonly<Record<string, unknown>>;

/** Which column holds what; without an id column the ids are made from the question text. */
export interface QuestionColumns {
  readonly prompt: string;
  readonly answer: string;
  readonly id: string | null;
}

/** A known layout of public question files. */
export interface QuestionLayout {
  readonly name: string;
  readonly columns: QuestionColumns;
}

/** Layouts recognised by their columns, most telling first. */
export const QUESTION_LAYOUTS: readonly QuestionLayout[] = [
  { name: 'workbench', columns: { prompt: 'prompt', answer: 'referenceAnswer', id: 'id' } },
  {
    name: 'multiple choice',
    columns: { prompt: 'question + choices', answer: 'letter of answer (choices)', id: null },
  },
  {
    name: 'multiple choice',
    columns: { prompt: 'question + options', answer: 'letter of answer (options)', id: null },
  },
  { name: 'svamp', columns: { prompt: 'Body + Question', answer: 'Answer', id: 'ID' } },
  { name: 'asdiv', columns: { prompt: 'body + question', answer: 'answer', id: null } },
  { name: 'olympiad', columns: { prompt: 'question', answer: 'final_answer', id: null } },
  { name: 'math-500', columns: { prompt: 'problem', answer: 'answer', id: 'unique_id' } },
  { name: 'identified', columns: { prompt: 'question', answer: 'answer', id: 'id' } },
  { name: 'gsm8k', columns: { prompt: 'question', answer: 'answer', id: null } },
  { name: 'mawps', columns: { prompt: 'input', answer: 'target', id: null } },
  { name: 'amc', columns: { prompt: 'problem', answer: 'answer', id: 'id' } },
  { name: 'math', columns: { prompt: 'problem', answer: 'solution', id: null } },
  { name: 'game24', columns: { prompt: 'task of Puzzles', answer: 'numbers of Puzzles', id: null } },
  { name: 'instruction', columns: { prompt: 'instruction', answer: 'output', id: null } },
];

/** The first known layout whose columns are all there, null when none fits. */
export function suggestColumns(columns: readonly string[]): QuestionLayout | null {
  const known = new Set([...columns, ...listComposedColumns(columns)]);
  return (
    QUESTION_LAYOUTS.find(
      ({ columns: { prompt, answer, id } }) => known.has(prompt) && known.has(answer) && (id === null || known.has(id)),
    ) ?? null
  );
}

/** What reading a row gives: a question, or why not. */
export type ReadRow = { readonly question: Question } | { readonly problem: string };

/**
 * Reads one row. A long answer is cut to its marked end (`#### 18`, `\boxed{18}`); numbers become text.
 * Ids that the file lacks are made from the question, so that the same question has the same id in every file.
 */
export function readQuestion(cells: QuestionCells, columns: QuestionColumns, source: string): ReadRow {
  const prompt = readCell(cells, columns.prompt);
  if (prompt === '') return { problem: `The column “${columns.prompt}” is empty.` };
  const given = withoutNote(readCell(cells, columns.answer));
  if (given === '') return { problem: `The column “${columns.answer}” is empty.` };
  const found = /\\boxed|\\fbox|####/.test(given) ? extractAnswer(given) : { text: given };
  if (found === null) return { problem: `The column “${columns.answer}” marks an answer but holds none.` };
  const id = columns.id === null ? idOfPrompt(prompt) : readCell(cells, columns.id);
  if (id === '') return { problem: `The column “${columns.id ?? ''}” is empty.` };
  return { question: QuestionSchema.parse({ id, prompt, referenceAnswer: found.text, source }) };
}

/** The id of a question that came without one: the same question has the same id in every file. */
export function idOfPrompt(prompt: string): string {
  return `q-${hashLabel(prompt).toString(36)}${hashLabel(`again ${prompt}`).toString(36)}`;
}

/** A row that was left out. `line` counts from 1. */
export interface RejectedQuestion {
  readonly line: number;
  readonly reason: string;
  readonly excerpt: string;
}

export interface ReadQuestions {
  readonly questions: readonly Question[];
  readonly rejected: readonly RejectedQuestion[];
}

/** Reads many rows; repeated ids and repeated questions are left out with the line of the first. */
export function readQuestions(
  rows: readonly { readonly line: number; readonly cells: QuestionCells }[],
  columns: QuestionColumns,
  source: string,
): ReadQuestions {
  const questions: Question[] = [];
  const rejected: RejectedQuestion[] = [];
  const lineOfId = new Map<string, number>();
  const lineOfPrompt = new Map<string, number>();
  for (const { line, cells } of rows) {
    const read = readQuestion(cells, columns, source);
    const reason =
      'problem' in read
        ? read.problem
        : lineOfPrompt.has(read.question.prompt)
          ? `The same question as in line ${lineOfPrompt.get(read.question.prompt)}.`
          : lineOfId.has(read.question.id)
            ? `The same id as in line ${lineOfId.get(read.question.id)}.`
            : null;
    if (reason !== null || 'problem' in read) {
      rejected.push({ line, reason: reason ?? '', excerpt: excerptOf(cells, columns) });
      continue;
    }
    lineOfId.set(read.question.id, line);
    lineOfPrompt.set(read.question.prompt, line);
    questions.push(read.question);
  }
  return { questions, rejected };
}

/**
 * Reads JSON lines; a line that is no JSON object is reported and skipped.
 * @throws WorkbenchError `question-columns-unknown` when the columns are not given and fit no known layout
 */
export function readQuestionLines(text: string, source: string, columns?: QuestionColumns): ReadQuestions {
  const rows: { line: number; cells: QuestionCells }[] = [];
  const broken: RejectedQuestion[] = [];
  text.split(/\r?\n/).forEach((content, index) => {
    if (content.trim() === '') return;
    const cells = parseObject(content);
    if (cells === null)
      broken.push({ line: index + 1, reason: 'This line is not a JSON object.', excerpt: content.slice(0, 120) });
    else rows.push({ line: index + 1, cells });
  });
  const used = columns ?? suggestColumns(Object.keys(rows[0]?.cells ?? {}))?.columns;
  if (used === undefined) {
    if (rows.length === 0) return { questions: [], rejected: broken };
    throw new WorkbenchError(
      'validation',
      `No column of ${source} is known to hold questions: ${Object.keys(rows[0]!.cells).join(', ')}.`,
      {
        code: 'question-columns-unknown',
        where: source,
        wayOut: 'Say which column holds the question and which the answer.',
      },
    );
  }
  const read = readQuestions(rows, used, source);
  return { questions: read.questions, rejected: [...broken, ...read.rejected].sort((a, b) => a.line - b.line) };
}

function parseObject(line: string): QuestionCells | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as QuestionCells) : null;
  } catch {
    return null;
  }
}

/** What a column holds in a row, composed columns included; empty where there is nothing of use. */
export function readCell(cells: QuestionCells, column: string): string {
  const composed = Object.hasOwn(COMPOSED_COLUMNS, column) ? COMPOSED_COLUMNS[column] : undefined;
  return composed && !Object.hasOwn(cells, column) ? composed.compose(cells) : cellText(cells[column]);
}

/** ASDiv writes the unit in brackets behind the number: `9 (apples)`. */
function withoutNote(answer: string): string {
  return answer.replace(/^(.*\d)\s+\([A-Za-z][A-Za-z .]*\)$/, '$1');
}

function cellText(cell: unknown): string {
  if (typeof cell === 'string') return cell.trim();
  if (typeof cell === 'number' || typeof cell === 'bigint') return String(cell);
  // OlympiadBench lists its answers.
  if (Array.isArray(cell)) return cell.map(cellText).join(', ');
  return '';
}

function excerptOf(cells: QuestionCells, columns: QuestionColumns): string {
  return (readCell(cells, columns.prompt) || JSON.stringify(cells)).slice(0, 120);
}
