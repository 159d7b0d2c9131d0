import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ProjectId, QuestionSetId } from './ids';

export const QuestionSetRole = z.enum(['train', 'validation', 'test']);
export type QuestionSetRole = z.infer<typeof QuestionSetRole>;

export const QuestionSet = z.object({
  id: QuestionSetId,
  projectId: ProjectId,
  name: z.string(),
  role: QuestionSetRole,
  count: z.number().int(),
  /** Path of the file it came from, or the name of a set that ships with the program. */
  source: z.string(),
  createdAtMs: z.number(),
});
export type QuestionSet = z.infer<typeof QuestionSet>;

export const QuestionRow = z.object({ id: z.string(), prompt: z.string(), referenceAnswer: z.string() });
export type QuestionRow = z.infer<typeof QuestionRow>;

/** Which column is what; null means "make it": ids are then numbered. */
export const ColumnMapping = z.object({ prompt: z.string(), answer: z.string(), id: z.string().nullable() });
export type ColumnMapping = z.infer<typeof ColumnMapping>;

/** A row that was left out, and why. */
export const RejectedRow = z.object({ line: z.number().int(), reason: z.string(), excerpt: z.string() });
export type RejectedRow = z.infer<typeof RejectedRow>;

export const QuestionFilePreview = z.object({
  path: z.string(),
  format: z.enum(['jsonl', 'csv', 'parquet']),
  columns: z.array(z.string()),
  suggestedMapping: ColumnMapping.nullable(),
  /** First rows as text, one per column. */
  rows: z.array(z.record(z.string(), z.string())),
  totalRows: z.number().int(),
});
export type QuestionFilePreview = z.infer<typeof QuestionFilePreview>;

export const QuestionImportReport = z.object({
  set: QuestionSet.nullable(),
  accepted: z.number().int(),
  rejectedCount: z.number().int(),
  /** The first 200. */
  rejected: z.array(RejectedRow),
});
export type QuestionImportReport = z.infer<typeof QuestionImportReport>;

export const questionsContract = {
  list: oc.input(z.object({ projectId: ProjectId })).output(z.array(QuestionSet)),
  preview: oc.input(z.object({ path: z.string() })).output(QuestionFilePreview),
  /** With `dryRun` nothing is stored: the report alone. */
  import: oc
    .input(
      z.object({
        projectId: ProjectId,
        path: z.string(),
        mapping: ColumnMapping,
        name: z.string().min(1),
        role: QuestionSetRole,
        dryRun: z.boolean(),
      }),
    )
    .output(QuestionImportReport),
  rows: oc
    .input(
      z.object({
        id: QuestionSetId,
        search: z.string().default(''),
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .output(z.object({ total: z.number().int(), rows: z.array(QuestionRow) })),
  rename: oc
    .input(z.object({ id: QuestionSetId, name: z.string().min(1).max(120), role: QuestionSetRole }))
    .output(QuestionSet),
  remove: oc.input(z.object({ id: QuestionSetId })).output(z.object({ removed: z.boolean() })),
};
