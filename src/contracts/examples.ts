import { oc } from '@orpc/contract';
import { z } from 'zod';
import { ERROR_CLASSES } from '@core/dataset/error-classes';
import { TokenSetSchema } from '@core/tokens/token-set';
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

export const ErrorClass = z.enum(ERROR_CLASSES);
export type ErrorClass = z.infer<typeof ErrorClass>;

/** What a reviewer says of one step; kept as a label for process reward models. */
export const StepMark = z.object({
  verdict: z.enum(['right', 'wrong']).nullable(),
  note: z.string().max(1000),
});
export type StepMark = z.infer<typeof StepMark>;

const Tag = z.string().trim().min(1).max(40);

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
  /** Found when it was made, or set by a person. */
  errorClasses: z.array(ErrorClass),
  tags: z.array(z.string()),
  /** One for each step, in order; empty when no step was marked. */
  stepMarks: z.array(StepMark),
  /** Raised by every change; a write that names an older revision is refused. */
  revision: z.number().int(),
});
export type Example = z.infer<typeof Example>;

export const ExampleFilter = z.object({
  verdict: Verdict.optional(),
  kind: ExampleKind.optional(),
  hasProblems: z.boolean().optional(),
  errorClass: ErrorClass.optional(),
  tag: z.string().optional(),
  /** Words that all occur in question, steps, note or tags; the last one may be a beginning. "In quotes": next to each other. */
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
  /** The file whose import broke off, so that rows are missing; null for a whole data set, and while an import is under way. */
  brokenImport: z.object({ path: z.string() }).nullable(),
  /** Whose tokens the steps carry; null for the eight of the paper. */
  tokenSet: TokenSetSchema.nullable(),
});
export type Dataset = z.infer<typeof Dataset>;

/** An example as a line of the review's table. */
export const ExampleRow = z.object({
  id: ExampleId,
  kind: ExampleKind,
  /** Beginning of the question. */
  prompt: z.string(),
  /** Functional tokens of the first steps. */
  tokens: z.array(z.string()),
  verdict: Verdict,
  problemCount: z.number().int(),
  errorClasses: z.array(ErrorClass),
  tags: z.array(z.string()),
  isEdited: z.boolean(),
});
export type ExampleRow = z.infer<typeof ExampleRow>;

/** What may be decided on many examples at once. */
export const BulkDecision = z.discriminatedUnion('action', [
  z.object({ action: z.literal('verdict'), verdict: Verdict }),
  z.object({ action: z.literal('errorClass'), errorClass: ErrorClass, isSet: z.boolean() }),
  z.object({ action: z.literal('tag'), tag: Tag, isSet: z.boolean() }),
]);
export type BulkDecision = z.infer<typeof BulkDecision>;

/** What a decision does; each is one entry of the journal and one step of undo. */
export const Decision = z.discriminatedUnion('action', [
  ...BulkDecision.options,
  z.object({ action: z.literal('edit'), steps: z.array(ExampleStep).min(1), revision: z.number().int() }),
  z.object({ action: z.literal('note'), note: z.string().max(4000) }),
  z.object({
    action: z.literal('step'),
    stepIndex: z.number().int().min(0),
    mark: StepMark,
    revision: z.number().int(),
  }),
]);
export type Decision = z.infer<typeof Decision>;

export const ExampleLineage = z.object({
  exampleId: ExampleId,
  treeId: TreeId.nullable(),
  searchRunId: RunId.nullable(),
  searchRunName: z.string().nullable(),
  examplesRunId: RunId.nullable(),
  examplesRunName: z.string().nullable(),
  checkpointId: CheckpointId.nullable(),
  questionSetId: QuestionSetId.nullable(),
  questionSetName: z.string().nullable(),
  questionId: z.string(),
  /** SFT runs that trained on the data set. */
  usedIn: z.array(z.object({ runId: RunId, name: z.string() })),
});

/** A line of the journal, newest first. */
export const JournalEntry = z.object({
  id: z.number().int(),
  description: z.string(),
  madeAtMs: z.number(),
  isUndone: z.boolean(),
});
export type JournalEntry = z.infer<typeof JournalEntry>;

/** A stretch of what a filter shows. */
const ExamplePage = z.object({
  datasetId: DatasetId,
  filter: ExampleFilter,
  offset: z.number().int().min(0),
  limit: z.number().int().min(1).max(500),
});

export const examplesContract = {
  datasets: oc.input(z.object({ projectId: ProjectId })).output(z.array(Dataset)),
  /** Puts a data set that no run made into the trash, unless a run trained on it; then says which. */
  removeDataset: oc
    .input(z.object({ id: DatasetId }))
    .output(z.object({ removed: z.boolean(), blockedBy: z.array(z.string()) })),
  list: oc
    .input(ExamplePage)
    .output(z.object({ total: z.number().int(), counts: VerdictCounts, examples: z.array(Example) })),
  /** The same as lines of a table, for data sets of any size. */
  rows: oc
    .input(ExamplePage)
    .output(z.object({ total: z.number().int(), counts: VerdictCounts, rows: z.array(ExampleRow) })),
  /** Where an example stands among those that a filter shows; null when it is not among them. */
  place: oc
    .input(z.object({ id: ExampleId, filter: ExampleFilter }))
    .output(z.object({ place: z.number().int().nullable() })),
  /** Tags and error classes in use, with how many examples have them. */
  labels: oc.input(z.object({ datasetId: DatasetId })).output(
    z.object({
      tags: z.array(z.object({ tag: z.string(), count: z.number().int() })),
      errorClasses: z.array(z.object({ errorClass: ErrorClass, count: z.number().int() })),
    }),
  ),
  /** An example with its lineage, and its steps before the first edit where it was edited. */
  get: oc
    .input(z.object({ id: ExampleId }))
    .output(z.object({ example: Example, lineage: ExampleLineage, originalSteps: z.array(ExampleStep).nullable() })),
  journal: oc
    .input(z.object({ datasetId: DatasetId, limit: z.number().int().min(1).max(500) }))
    .output(z.array(JournalEntry)),
  decide: oc
    .input(z.object({ ids: z.array(ExampleId).min(1).max(5000), decision: Decision }))
    .output(z.object({ changed: z.number().int() })),
  /** The same decision on every row a filter shows. */
  decideAll: oc
    .input(z.object({ datasetId: DatasetId, filter: ExampleFilter, decision: BulkDecision }))
    .output(z.object({ changed: z.number().int() })),
  /** Takes back the newest decision that was not taken back yet; says which. */
  undo: oc
    .input(z.object({ datasetId: DatasetId }))
    .output(z.object({ undone: z.string().nullable(), changed: z.number().int(), exampleIds: z.array(ExampleId) })),
};
