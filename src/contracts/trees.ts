import { eventIterator, oc } from '@orpc/contract';
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
  /** Log of the probability with which the search drew this token when it did, nats; null where it was not drawn. */
  logQ: z.number().nullable().default(null),
  /** How promising a process reward model found the path up to here, in [0, 1]; null where none was asked. */
  process: z.number().nullable().default(null),
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
export type Simulation = z.infer<typeof Simulation>;

/** What a person says of a node: worth coming back to, or not worth going on; a pruned branch makes no examples. */
export const NodeMark = z.enum(['pinned', 'pruned']);
export type NodeMark = z.infer<typeof NodeMark>;

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
  marks: z.array(z.object({ index: z.number().int(), mark: NodeMark })),
  /** What undo would take back; null where nothing was marked. */
  lastMark: z.object({ index: z.number().int(), before: NodeMark.nullable(), after: NodeMark.nullable() }).nullable(),
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

/** A tree that still grows. */
export const GrowingTree = z.object({
  runId: RunId,
  questionId: z.string(),
  prompt: z.string(),
  referenceAnswer: z.string(),
  nodeCount: z.number().int(),
  simulationCount: z.number().int(),
  rightLeaves: z.number().int(),
});
export type GrowingTree = z.infer<typeof GrowingTree>;

/**
 * What happens to a tree while somebody watches. `grown` with `from` 0 is everything so far; else nodes and walks that came since. Nodes come
 * without visits: these follow from the walks. `stored`: it is whole and can be opened. `stopped`: its run ended before.
 */
export const TreeGrowth = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('grown'),
    from: z.number().int(),
    nodes: z.array(TreeNode),
    simulations: z.array(Simulation),
  }),
  z.object({ type: z.literal('stored'), treeId: TreeId }),
  z.object({ type: z.literal('stopped') }),
]);
export type TreeGrowth = z.infer<typeof TreeGrowth>;

/** Where an example goes: a data set of the project, or a new one by its name. */
export const ExampleTarget = z.union([
  z.object({ datasetId: DatasetId }),
  z.object({ newName: z.string().trim().min(1).max(120) }),
]);
export type ExampleTarget = z.infer<typeof ExampleTarget>;

/** An example that a person added. */
export const AddedExample = z.object({ exampleId: ExampleId, datasetId: DatasetId, datasetName: z.string() });
export type AddedExample = z.infer<typeof AddedExample>;

export const treesContract = {
  list: oc
    .input(
      z.object({
        projectId: ProjectId,
        runId: RunId.optional(),
        filter: z.enum(['all', 'solved', 'unsolved', 'mixed', 'all-right']).default('all'),
        search: z.string().default(''),
        offset: z.number().int().min(0),
        limit: z.number().int().min(1).max(500),
      }),
    )
    .output(z.object({ total: z.number().int(), trees: z.array(TreeSummary) })),
  get: oc.input(z.object({ id: TreeId })).output(Tree),
  /** Pins or prunes a node; null takes the mark away. */
  mark: oc
    .input(z.object({ id: TreeId, index: z.number().int().min(0), mark: NodeMark.nullable() }))
    .output(z.object({ changed: z.boolean() })),
  /** Takes the newest mark of a tree back. */
  undoMark: oc.input(z.object({ id: TreeId })).output(z.object({ index: z.number().int().nullable() })),
  /**
   * Puts the path to a right answer into a data set, journaled there and with its lineage.
   * @throws WorkbenchError `path-not-right`, `example-known`
   */
  sendPath: oc
    .input(z.object({ id: TreeId, leaf: z.number().int().min(1), target: ExampleTarget }))
    .output(AddedExample),
  /** Trees that a run grows now. */
  growing: oc.input(z.object({ runId: RunId })).output(z.array(GrowingTree)),
  watchGrowth: oc.input(z.object({ runId: RunId, questionId: z.string() })).output(eventIterator(TreeGrowth)),
};
