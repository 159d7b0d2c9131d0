import { basename } from 'node:path';
import { z } from 'zod';
import { ExampleImport, type ExampleFilePreview, type ExampleImportReport } from '@contracts/example-files';
import type { CheckpointId, DatasetId, ExampleId, TreeId } from '@contracts/ids';
import type { RejectedRow } from '@contracts/questions';
import { countTokens } from '@core/dataset/count-tokens';
import { completeExample, type CompletionParts } from '@core/dataset/layouts/complete-example';
import { guessColumns } from '@core/dataset/layouts/layout';
import { LAYOUT_NAMES, type LayoutName } from '@core/dataset/layouts/layout-names';
import type { PortableExample } from '@core/dataset/layouts/portable-example';
import { cellReader, detectLayout, EXAMPLE_LAYOUTS } from '@core/dataset/layouts/registry';
import { WorkbenchError } from '@core/errors';
import { tokenSetOf } from '@core/tokens/token-ids';
import { describeTokenSet, isRfttSet, RFTT_TOKENS, type TokenSet } from '@core/tokens/token-set';
import { createExampleAppender, hashOfExample } from '../store/repositories/example-insert';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findDataset, findImport, finishImport, insertDataset, removeDataset } from '../store/repositories/examples';
import { findProject } from '../store/repositories/projects';
import { findTreeProject } from '../store/repositories/trees';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';
import { openQuestionFile } from './question-files/open-question-file';
import { excerpt, showCell, type FileRow } from './question-files/question-file';

const PREVIEW_ROWS = 20;
/** Rejected rows that a report lists; the count is of all. */
const LISTED_REJECTS = 200;
/** Rows that are stored in one transaction; the host answers others in between. */
const BATCH_ROWS = 1000;

export type ImportInput = z.infer<typeof ExampleImport>;

/** Data sets that this host is filling now; one that is marked as unfinished and not among them was left by a host that died. */
const importing = new Set<DatasetId>();

export function isImporting(id: DatasetId): boolean {
  return importing.has(id);
}

/** The first rows of a file, what layout they are in, and which column each field of every layout would take. */
export async function previewExampleFile(path: string): Promise<ExampleFilePreview> {
  const file = await openQuestionFile(path);
  const columns = new Set<string>();
  const rows: Readonly<Record<string, unknown>>[] = [];
  for await (const row of file.rows()) {
    if (!('cells' in row)) continue;
    for (const name of Object.keys(row.cells)) columns.add(name);
    rows.push(row.cells);
    if (rows.length >= PREVIEW_ROWS) break;
  }
  const names = [...columns];
  const fieldsOf = (name: LayoutName) => {
    const guessed = guessColumns(EXAMPLE_LAYOUTS[name], names);
    return EXAMPLE_LAYOUTS[name].fields.map((field) => ({
      name: field.name,
      isRequired: field.isRequired,
      column: guessed[field.name] ?? null,
    }));
  };
  return {
    path,
    format: file.format,
    columns: names,
    layout: detectLayout(names, rows[0] ?? {}),
    // One entry for each name of the enumeration.
    fields: Object.fromEntries(LAYOUT_NAMES.map((name) => [name, fieldsOf(name)])) as ExampleFilePreview['fields'],
    rows: rows.map((cells) => Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, showCell(cell)]))),
  };
}

/**
 * Reads a file of examples into a new data set, row by row. A row that cannot be read is listed with its line and its reason and costs no
 * other row; a file that breaks off, or a person who stops, leaves no half data set behind.
 * @throws WorkbenchError `column-missing`, `examples-empty`, `cancelled`, and the reasons of `openQuestionFile`
 */
export async function importExamples(
  context: ServiceContext,
  input: ImportInput,
  signal?: AbortSignal,
): Promise<ExampleImportReport> {
  required(findProject(context.db, input.projectId), 'This project');
  requireColumns(input);
  const counter = await tokenCounter(context, input.checkpointId);
  const target = input.dryRun ? rehearse() : startDataset(context, input, counter.tokenSet);
  const tally = { accepted: 0, duplicates: 0, withProblems: 0, rejectedCount: 0 };
  const rejected: RejectedRow[] = [];
  try {
    const file = await openQuestionFile(input.path);
    let batch: PortableExample[] = [];
    const flush = () => {
      tally.duplicates += target.store(batch);
      batch = [];
    };
    for await (const row of file.rows()) {
      const read = readRow(row, input, counter);
      if ('reason' in read) {
        tally.rejectedCount++;
        if (rejected.length < LISTED_REJECTS) rejected.push(read);
        continue;
      }
      tally.accepted++;
      if (read.problems.length > 0) tally.withProblems++;
      batch.push(read);
      if (batch.length < BATCH_ROWS) continue;
      if (signal?.aborted) throw stopped(input.path);
      flush();
    }
    flush();
    if (tally.accepted === 0 && !input.dryRun) throw nothingLeft(input.path, rejected, tally.rejectedCount);
  } catch (error) {
    target.abandon();
    throw error;
  }
  const id = target.finish();
  if (id) for (const what of ['datasets', 'examples'] as const) context.bus.publish({ type: 'changed', what });
  return { dataset: id && findDataset(context.db, id), ...tally, rejected };
}

/**
 * Imports the file of a broken import from its beginning, as it was asked for then; the half data set goes once the whole one is there.
 * @throws WorkbenchError `gone` where there is nothing to import again, and the reasons of `importExamples`
 */
export async function importAgain(
  context: ServiceContext,
  datasetId: DatasetId,
  signal?: AbortSignal,
): Promise<ExampleImportReport> {
  const input = required(ExampleImport.nullable().parse(findImport(context.db, datasetId)), 'This unfinished import');
  const report = await importExamples(context, input, signal);
  transaction(context.db, () => removeDataset(context.db, datasetId));
  context.bus.publish({ type: 'changed', what: 'datasets' });
  return report;
}

/** Where the rows go. */
interface Target {
  /** @returns how many say the same as one before */
  store(examples: readonly PortableExample[]): number;
  abandon(): void;
  finish(): DatasetId | null;
}

function rehearse(): Target {
  const seen = new Set<string>();
  return {
    store: (examples) =>
      examples.filter((example) => {
        const hash = hashOfExample(example);
        const isKnown = seen.has(hash);
        seen.add(hash);
        return isKnown;
      }).length,
    abandon: () => {},
    finish: () => null,
  };
}

/** A data set that bears the name of something unfinished until its last row is there: a host that dies meanwhile leaves it plainly marked. */
function startDataset({ db, newId, nowMs }: ServiceContext, input: ImportInput, set: TokenSet): Target {
  const { projectId, name } = input;
  const id = newId('dataset') as DatasetId;
  importing.add(id);
  const appender = createExampleAppender(db, id);
  const treeOf = (treeId: string | null): TreeId | null =>
    // A tree of another project, or of another machine, is no way back from here.
    treeId !== null && findTreeProject(db, treeId as TreeId) === projectId ? (treeId as TreeId) : null;
  transaction(db, () =>
    insertDataset(db, {
      id,
      projectId,
      name: `${name} (import not finished)`,
      createdAtMs: nowMs(),
      import: input,
      tokenSet: isRfttSet(set) ? null : describeTokenSet(set),
    }),
  );
  return {
    store: (examples) =>
      transaction(db, () => {
        let duplicates = 0;
        for (const example of examples) {
          const place = { newId: newId('example') as ExampleId, treeId: treeOf(example.lineage.treeId) };
          if (appender.append(place, example)) duplicates++;
        }
        return duplicates;
      }),
    abandon() {
      importing.delete(id);
      transaction(db, () => removeDataset(db, id));
    },
    finish() {
      importing.delete(id);
      transaction(db, () => finishImport(db, id, name));
      return id;
    },
  };
}

function readRow(
  row: FileRow,
  { layout, columns }: ImportInput,
  { countTokens, tokenSet }: Counter,
): PortableExample | RejectedRow {
  const { line } = row;
  if (!('cells' in row)) return { line, reason: row.problem, excerpt: row.excerpt };
  const read = EXAMPLE_LAYOUTS[layout].read(cellReader(row.cells, columns), tokenSet);
  if ('problem' in read) return { line, reason: read.problem, excerpt: excerpt(showCell(row.cells)) };
  return completeExample(read.example, { key: `line ${line}`, countTokens, tokenSet });
}

function requireColumns({ layout, columns }: ImportInput): void {
  const missing = EXAMPLE_LAYOUTS[layout].fields.find(({ name, isRequired }) => isRequired && !columns[name]);
  if (!missing) return;
  throw new WorkbenchError('validation', `No column was chosen for “${missing.name}”.`, {
    code: 'column-missing',
    where: missing.name,
    kept: 'Nothing was stored.',
    wayOut: 'Choose the column that holds it, or another layout.',
  });
}

/** How tokens are counted, and whose tokens the steps carry. */
type Counter = Required<Pick<CompletionParts, 'countTokens' | 'tokenSet'>>;

/** Counts with the tokenizer of a checkpoint; without one every length is 0, which stands for "not counted". */
async function tokenCounter({ db, models }: ServiceContext, checkpointId: CheckpointId | null): Promise<Counter> {
  if (checkpointId === null) return { countTokens: () => 0, tokenSet: RFTT_TOKENS };
  const { path } = required(findCheckpoint(db, checkpointId), 'This checkpoint');
  const tokenizer = await models.tokenizer(path);
  return {
    countTokens: (prompt, steps) => countTokens(prompt, steps, tokenizer),
    tokenSet: tokenSetOf(tokenizer),
  };
}

function stopped(path: string): WorkbenchError {
  return new WorkbenchError('cancelled', 'The import was stopped.', {
    code: 'cancelled',
    where: path,
    kept: 'The file; nothing of it was stored.',
  });
}

function nothingLeft(path: string, rejected: readonly RejectedRow[], count: number): WorkbenchError {
  const [first] = rejected;
  const why = first ? ` The first reason, line ${first.line}: ${first.reason}` : '';
  return new WorkbenchError('validation', `No row of ${basename(path)} is an example.${why}`, {
    code: 'examples-empty',
    where: path,
    kept: 'Nothing was stored.',
    wayOut: 'Choose another layout or other columns, or mend the rows that the report names.',
    details: { rejected: count },
  });
}
