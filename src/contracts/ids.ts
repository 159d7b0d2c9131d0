import { z } from 'zod';

/** Ids are opaque branded strings: a run's id cannot stand where a tree's is wanted. */
export const ProjectId = z.string().min(1).brand<'ProjectId'>();
export type ProjectId = z.infer<typeof ProjectId>;
export const CheckpointId = z.string().min(1).brand<'CheckpointId'>();
export type CheckpointId = z.infer<typeof CheckpointId>;
export const QuestionSetId = z.string().min(1).brand<'QuestionSetId'>();
export type QuestionSetId = z.infer<typeof QuestionSetId>;
export const RunId = z.string().min(1).brand<'RunId'>();
export type RunId = z.infer<typeof RunId>;
export const TreeId = z.string().min(1).brand<'TreeId'>();
export type TreeId = z.infer<typeof TreeId>;
export const DatasetId = z.string().min(1).brand<'DatasetId'>();
export type DatasetId = z.infer<typeof DatasetId>;
export const ExampleId = z.string().min(1).brand<'ExampleId'>();
export type ExampleId = z.infer<typeof ExampleId>;
export const TokenSetId = z.string().min(1).brand<'TokenSetId'>();
export type TokenSetId = z.infer<typeof TokenSetId>;
export const EvaluationId = z.string().min(1).brand<'EvaluationId'>();
export type EvaluationId = z.infer<typeof EvaluationId>;
