import { oc } from '@orpc/contract';
import { z } from 'zod';
import { LAYOUT_NAMES, OMISSIONS, PROMPT_LAYOUT_NAMES } from '@core/dataset/layouts/layout-names';
import { Dataset, ExampleFilter } from './examples';
import { CheckpointId, DatasetId, ProjectId, QuestionSetId, RunId } from './ids';
import { RejectedRow } from './questions';

export const LayoutName = z.enum(LAYOUT_NAMES);
export type LayoutName = z.infer<typeof LayoutName>;

export const PromptLayoutName = z.enum(PROMPT_LAYOUT_NAMES);
export type PromptLayoutName = z.infer<typeof PromptLayoutName>;

export const DataFormat = z.enum(['jsonl', 'parquet']);
export type DataFormat = z.infer<typeof DataFormat>;

/** Which decisions go out. */
export const ExportedVerdicts = z.enum(['any', 'not-rejected', 'accepted']);
export type ExportedVerdicts = z.infer<typeof ExportedVerdicts>;

/** Where a file goes. A file that is there already is replaced only when `replace` says so. */
const Destination = z.object({ path: z.string().trim().min(1), format: DataFormat, replace: z.boolean() });

/** What was written. */
export const ExportReport = z.object({
  path: z.string(),
  rows: z.number().int(),
  sizeBytes: z.number(),
  /** Examples that the layout has no row for. */
  omitted: z.array(z.object({ reason: z.enum(OMISSIONS), count: z.number().int() })),
});
export type ExportReport = z.infer<typeof ExportReport>;

/** Which column is taken for each field of a layout; null for none. */
export const FieldColumns = z.record(z.string(), z.string().nullable());
export type FieldColumns = z.infer<typeof FieldColumns>;

export const ExampleFilePreview = z.object({
  path: z.string(),
  format: z.enum(['jsonl', 'csv', 'parquet']),
  columns: z.array(z.string()),
  /** What the file seems to be in; null when it is in none that is known. */
  layout: LayoutName.nullable(),
  /** For each layout its fields with the column that each would be read from. */
  fields: z.record(
    LayoutName,
    z.array(z.object({ name: z.string(), isRequired: z.boolean(), column: z.string().nullable() })),
  ),
  /** First rows as text, one per column. */
  rows: z.array(z.record(z.string(), z.string())),
});
export type ExampleFilePreview = z.infer<typeof ExampleFilePreview>;

export const ExampleImportReport = z.object({
  dataset: Dataset.nullable(),
  accepted: z.number().int(),
  /** Of the accepted ones, those that say the same as one before. */
  duplicates: z.number().int(),
  /** Of the accepted ones, those with a sentence of the linter. */
  withProblems: z.number().int(),
  rejectedCount: z.number().int(),
  /** The first 200. */
  rejected: z.array(RejectedRow),
});
export type ExampleImportReport = z.infer<typeof ExampleImportReport>;

/** What an import of examples is asked for. */
export const ExampleImport = z.object({
  projectId: ProjectId,
  path: z.string(),
  layout: LayoutName,
  columns: FieldColumns,
  name: z.string().trim().min(1).max(120),
  /** Its tokenizer counts the lengths; null where there is no model yet. */
  checkpointId: CheckpointId.nullable(),
  dryRun: z.boolean(),
});

const ExampleExport = z.object({
  datasetId: DatasetId,
  filter: ExampleFilter,
  verdicts: ExportedVerdicts,
  layout: LayoutName,
});

/** Examples and questions as files that other programs read, and back. */
export const exampleFilesContract = {
  /** How many examples an export would go through. */
  count: oc
    .input(ExampleExport.omit({ layout: true }))
    .output(z.object({ count: z.number().int(), judged: z.number().int() })),
  export: oc.input(ExampleExport.extend(Destination.shape)).output(ExportReport),
  exportQuestions: oc
    .input(z.object({ id: QuestionSetId, layout: PromptLayoutName }).extend(Destination.shape))
    .output(ExportReport),
  preview: oc.input(z.object({ path: z.string() })).output(ExampleFilePreview),
  /** Makes a new data set. With `dryRun` nothing is stored: the report alone. */
  import: oc.input(ExampleImport).output(ExampleImportReport),
  /** Imports the file of a broken import once more, as it was asked for; the half data set goes once the whole one is there. */
  importAgain: oc.input(z.object({ datasetId: DatasetId })).output(ExampleImportReport),
  /** Data and scripts for TRL and OpenRLHF beside an exported model. */
  writeRecipe: oc
    .input(z.object({ runId: RunId, datasetId: DatasetId.nullable(), questionSetId: QuestionSetId.nullable() }))
    .output(z.object({ folder: z.string(), files: z.array(z.string()) })),
};
