import { oc } from '@orpc/contract';
import { z } from 'zod';
import { CheckpointId, DatasetId, ExampleId, ProjectId, QuestionSetId, RunId, TreeId } from './ids';
import { QuestionRow } from './questions';

/** One node of a stored tree. `index` counts from 0 (the question); `parent` is -1 there. */
export const TreeNode = z.object({
  index: z.number().int(),
  parent: z.number().int(),
  depth: z.number().int(),
  /** `question`, or the name of a functional token. */
  kind: z.string(),
  text: z.string(),
  visits: z.number().int(),
  /** Sum of backed-up values; mean value = valueSum / visits. */
  valueSum: z.number(),
  /** Probability the model gave this token among the legal ones; null where the search did not ask. */
  prior: z.number().nullable(),
  isTerminal: z.boolean(),
  isTruncated: z.boolean(),
  /** Verdict on the final answer of a terminal node; null elsewhere. */
  isRight: z.boolean().nullable(),
  /** Final answer found in a terminal node. */
  answer: z.string().nullable(),
  tokenCount: z.number().int(),
  /** Sum of log-probabilities of its own tokens, nats; null where unknown. */
  logProbSum: z.number().nullable(),
  /** Simulation (from 0) in which it was made; -1 for the root. */
  createdAtSimulation: z.number().int(),
});
export type TreeNode = z.infer<typeof TreeNode>;

export const Simulation = z.object({ path: z.array(z.number().int()), value: z.number() });

export const TreeSummary = z.object({
  id: TreeId,
  runId: RunId,
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  nodeCount: z.number().int(),
  leafCount: z.number().int(),
  rightLeaves: z.number().int(),
  wrongLeaves: z.number().int(),
  depth: z.number().int(),
  isSolved: z.boolean(),
  newTokens: z.number().int(),
  createdAtMs: z.number(),
});
export type TreeSummary = z.infer<typeof TreeSummary>;

export const Tree = z.object({
  summary: TreeSummary,
  nodes: z.array(TreeNode),
  simulations: z.array(Simulation),
  lineage: z.object({
    projectId: ProjectId,
    runId: RunId,
    runName: z.string(),
    checkpointId: CheckpointId.nullable(),
    questionSetId: QuestionSetId.nullable(),
    question: QuestionRow,
    examples: z.array(
      z.object({ id: ExampleId, datasetId: DatasetId, nodePath: z.array(z.number().int()), kind: z.string() }),
    ),
  }),
});
export type Tree = z.infer<typeof Tree>;

export const treesContract = {
  list: oc
    .input(
      z.object({
        projectId: ProjectId,
        runId: RunId.optional(),
        filter: z.enum(['all', 'solved', 'unsolved', 'mixed']).default('all'),
        search: z.string().default(''),
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .output(z.object({ total: z.number().int(), trees: z.array(TreeSummary) })),
  get: oc.input(z.object({ id: TreeId })).output(Tree),
};
