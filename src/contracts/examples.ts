import { oc } from '@orpc/contract';
import { z } from 'zod';
import { CheckpointId, DatasetId, ExampleId, ProjectId, QuestionSetId, RunId, TreeId } from './ids';

/** One step of an annotated example, in order. */
export const ExampleStep = z.object({
  /** Name of the functional token. */
  token: z.string(),
  text: z.string(),
  /** False for the masked wrong tail: the model reads it but is not taught to write it. */
  isTrained: z.boolean(),
  role: z.enum(['shared', 'wrong', 'verify', 'refine', 'right', 'output']),
  /** Node of the tree it came from; null when it was written by merging. */
  nodeIndex: z.number().int().nullable(),
});
export type ExampleStep = z.infer<typeof ExampleStep>;

export const ExampleKind = z.enum(['merged', 'clean', 'clean-verified']);
export const Verdict = z.enum(['todo', 'accepted', 'rejected']);
export type Verdict = z.infer<typeof Verdict>;

export const Example = z.object({
  id: ExampleId,
  datasetId: DatasetId,
  treeId: TreeId.nullable(),
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  kind: ExampleKind,
  steps: z.array(ExampleStep),
  /** Nodes of the tree along the right path, from the root. */
  nodePath: z.array(z.number().int()),
  verdict: Verdict,
  isEdited: z.boolean(),
  note: z.string(),
  /** Sentences of the linter, empty when nothing is wrong. */
  problems: z.array(z.string()),
  tokenCount: z.number().int(),
  /** Raised by every change; a write that names an older revision is refused. */
  revision: z.number().int(),
});
export type Example = z.infer<typeof Example>;

export const ExampleFilter = z.object({
  verdict: Verdict.optional(),
  kind: ExampleKind.optional(),
  hasProblems: z.boolean().optional(),
  search: z.string().default(''),
});
export type ExampleFilter = z.infer<typeof ExampleFilter>;

export const VerdictCounts = z.object({
  todo: z.number().int(),
  accepted: z.number().int(),
  rejected: z.number().int(),
});

export const Dataset = z.object({
  id: DatasetId,
  projectId: ProjectId,
  name: z.string(),
  runId: RunId.nullable(),
  count: z.number().int(),
  mergedCount: z.number().int(),
  verdicts: VerdictCounts,
  createdAtMs: z.number(),
});
export type Dataset = z.infer<typeof Dataset>;

/** What a decision does; each is one entry of the journal and one step of undo. */
export const Decision = z.discriminatedUnion('action', [
  z.object({ action: z.literal('verdict'), verdict: Verdict }),
  z.object({ action: z.literal('edit'), steps: z.array(ExampleStep).min(1), revision: z.number().int() }),
  z.object({ action: z.literal('note'), note: z.string().max(4000) }),
]);
export type Decision = z.infer<typeof Decision>;

export const ExampleLineage = z.object({
  exampleId: ExampleId,
  treeId: TreeId.nullable(),
  searchRunId: RunId.nullable(),
  searchRunName: z.string().nullable(),
  examplesRunId: RunId.nullable(),
  checkpointId: CheckpointId.nullable(),
  questionSetId: QuestionSetId.nullable(),
  questionSetName: z.string().nullable(),
  questionId: z.string(),
  /** SFT runs that trained on the data set. */
  usedIn: z.array(z.object({ runId: RunId, name: z.string() })),
});

export const examplesContract = {
  datasets: oc.input(z.object({ projectId: ProjectId })).output(z.array(Dataset)),
  list: oc
    .input(
      z.object({
        datasetId: DatasetId,
        filter: ExampleFilter,
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .output(z.object({ total: z.number().int(), counts: VerdictCounts, examples: z.array(Example) })),
  get: oc.input(z.object({ id: ExampleId })).output(z.object({ example: Example, lineage: ExampleLineage })),
  decide: oc
    .input(z.object({ ids: z.array(ExampleId).min(1).max(5000), decision: Decision }))
    .output(z.object({ changed: z.number().int() })),
  /** The same decision on every row a filter shows. */
  decideAll: oc
    .input(z.object({ datasetId: DatasetId, filter: ExampleFilter, verdict: Verdict }))
    .output(z.object({ changed: z.number().int() })),
  /** Takes back the newest decision that was not taken back yet; says which. */
  undo: oc
    .input(z.object({ datasetId: DatasetId }))
    .output(z.object({ undone: z.string().nullable(), changed: z.number().int(), exampleIds: z.array(ExampleId) })),
};
