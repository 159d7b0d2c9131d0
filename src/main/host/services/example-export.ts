import type { ExportedVerdicts, ExportReport } from '@contracts/example-files';
import type { Dataset, Example, ExampleFilter } from '@contracts/examples';
import type { DatasetId, QuestionSetId } from '@contracts/ids';
import type { Omission, LayoutName, PromptLayoutName } from '@core/dataset/layouts/layout-names';
import type { PortableExample } from '@core/dataset/layouts/portable-example';
import { PROMPT_LAYOUTS } from '@core/dataset/layouts/prompt-layouts';
import { EXAMPLE_LAYOUTS } from '@core/dataset/layouts/registry';
import { filterClause, type Selection } from '../store/repositories/example-filter';
import { countSelected, eachSelected, findDataset, type KeyedExample } from '../store/repositories/examples';
import { eachQuestion, findQuestionSet } from '../store/repositories/question-sets';
import { tokenSetOfDataset } from '../store/repositories/token-sets';
import type { ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';
import { writeRows, type RowsDestination } from './data-files/write-rows';
import { lineageOfDataset } from './example-lineage';
import { required } from './not-found';

type Destination = Pick<RowsDestination, 'path' | 'format' | 'replace'>;

export interface ChosenExamples {
  readonly datasetId: DatasetId;
  readonly filter: ExampleFilter;
  readonly verdicts: ExportedVerdicts;
}

const VERDICT_CONDITIONS: { readonly [V in ExportedVerdicts]: string } = {
  any: 'TRUE',
  'not-rejected': `examples.verdict <> 'rejected'`,
  accepted: `examples.verdict = 'accepted'`,
};

/** How many examples an export goes through, and how many of them have a word on a step. */
export function countExported({ db }: ServiceContext, chosen: ChosenExamples): { count: number; judged: number } {
  const { where, params } = selectionOf(db, chosen);
  const judged = `${where} AND examples.step_marks_json LIKE '%"verdict":"%'`;
  return { count: countSelected(db, { where, params }), judged: countSelected(db, { where: judged, params }) };
}

/** Writes examples in a layout. @throws WorkbenchError as `writeRows` */
export async function exportExamples(
  context: ServiceContext,
  input: ChosenExamples & Destination & { layout: LayoutName },
  signal?: AbortSignal,
): Promise<ExportReport> {
  const { db, folders } = context;
  const layout = EXAMPLE_LAYOUTS[input.layout];
  const set = tokenSetOfDataset(db, input.datasetId);
  const omitted = new Map<Omission, number>();
  const written = await writeRows(
    (function* () {
      for (const example of eachPortable(db, input)) {
        const line = layout.write(example, set);
        if ('row' in line) yield line.row;
        else omitted.set(line.omitted, (omitted.get(line.omitted) ?? 0) + 1);
      }
    })(),
    { ...destinationOf(input), columns: layout.columns, ownFolder: folders.exports, signal },
  );
  return {
    path: input.path,
    ...written,
    omitted: [...omitted].map(([reason, count]) => ({ reason, count })),
  };
}

/** Writes the questions of a set for reinforcement learning elsewhere. @throws WorkbenchError as `writeRows` */
export async function exportQuestions(
  { db, folders }: ServiceContext,
  input: { id: QuestionSetId; layout: PromptLayoutName } & Destination,
  signal?: AbortSignal,
): Promise<ExportReport> {
  required(findQuestionSet(db, input.id), 'This question set');
  const layout = PROMPT_LAYOUTS[input.layout];
  const written = await writeRows(
    (function* () {
      for (const question of eachQuestion(db, input.id)) yield layout.write(question);
    })(),
    { ...destinationOf(input), columns: layout.columns, ownFolder: folders.exports, signal },
  );
  return { path: input.path, ...written, omitted: [] };
}

function* eachPortable(db: ReadableDb, chosen: ChosenExamples): Generator<PortableExample> {
  const dataset = required(findDataset(db, chosen.datasetId), 'This data set');
  const lineage = lineageOf(db, dataset);
  for (const { key, example } of eachSelected(db, selectionOf(db, chosen))) yield toPortable(key, example, lineage);
}

function toPortable(key: KeyedExample['key'], example: Example, lineage: PortableExample['lineage']): PortableExample {
  return {
    ...example,
    key,
    // Engine, editor and import let no other name into the store.
    steps: example.steps as PortableExample['steps'],
    lineage: { ...lineage, treeId: example.treeId },
  };
}

function lineageOf(db: ReadableDb, dataset: Dataset): PortableExample['lineage'] {
  const { searchRun, checkpointId, questionSetId } = lineageOfDataset(db, dataset);
  return { datasetId: dataset.id, treeId: null, searchRunId: searchRun?.id ?? null, checkpointId, questionSetId };
}

function selectionOf(db: ReadableDb, { datasetId, filter, verdicts }: ChosenExamples): Selection {
  required(findDataset(db, datasetId), 'This data set');
  const { where, params } = filterClause(datasetId, filter);
  return { where: `${where} AND ${VERDICT_CONDITIONS[verdicts]}`, params };
}

function destinationOf({ path, format, replace }: Destination): Destination {
  return { path, format, replace };
}
