import type { TreeRecord } from '@contracts/engine-protocol';
import type { CheckpointId, DatasetId, ExampleId, ProjectId, QuestionSetId, RunId, TreeId } from '@contracts/ids';
import type { Tree, TreeNode, TreeSummary } from '@contracts/trees';
import {
  bit,
  bitOrNull,
  count,
  execute,
  fromJson,
  likeAnywhere,
  selectAll,
  selectOne,
  type ReadableDb,
  type WritableDb,
} from '../sql';
import { notInTrash } from './trash';
import { withoutPruned } from './tree-marks';

interface SummaryRow {
  id: TreeId;
  run_id: RunId;
  project_id: ProjectId;
  question_id: string;
  prompt: string;
  reference_answer: string;
  node_count: number;
  leaf_count: number;
  right_leaves: number;
  wrong_leaves: number;
  depth: number;
  new_tokens: number;
  created_at_ms: number;
}

interface NodeRow {
  node_index: number;
  parent: number;
  depth: number;
  kind: string;
  text: string;
  visits: number;
  value_sum: number;
  prior: number | null;
  log_q: number | null;
  process: number | null;
  is_terminal: number;
  is_truncated: number;
  is_right: number | null;
  answer: string | null;
  token_count: number;
  log_prob_sum: number | null;
  created_at_simulation: number;
}

export interface TreeOwner {
  /** Used when the run has no tree of this question yet. */
  readonly newId: TreeId;
  readonly runId: RunId;
  readonly projectId: ProjectId;
  readonly nowMs: number;
}

/** Stores a tree; one of the same run and question is replaced whole and keeps its id. Call inside a transaction. */
export function upsertTree(db: WritableDb, owner: TreeOwner, tree: TreeRecord): TreeId {
  const leaves = tree.nodes.filter((node) => node.isTerminal);
  const stored = selectOne<{ id: TreeId }>(
    db,
    `INSERT INTO trees (id, run_id, project_id, question_id, prompt, reference_answer, node_count, leaf_count, right_leaves, wrong_leaves,
       depth, new_tokens, created_at_ms)
     VALUES ($id, $runId, $projectId, $questionId, $prompt, $referenceAnswer, $nodeCount, $leafCount, $rightLeaves, $wrongLeaves,
       $depth, $newTokens, $nowMs)
     ON CONFLICT (run_id, question_id) DO UPDATE SET prompt = excluded.prompt, reference_answer = excluded.reference_answer,
       node_count = excluded.node_count, leaf_count = excluded.leaf_count, right_leaves = excluded.right_leaves,
       wrong_leaves = excluded.wrong_leaves, depth = excluded.depth, new_tokens = excluded.new_tokens
     RETURNING id`,
    {
      id: owner.newId,
      runId: owner.runId,
      projectId: owner.projectId,
      questionId: tree.questionId,
      prompt: tree.prompt,
      referenceAnswer: tree.referenceAnswer,
      nodeCount: tree.nodes.length,
      leafCount: leaves.length,
      rightLeaves: leaves.filter((node) => node.isRight === true).length,
      wrongLeaves: leaves.filter((node) => node.isRight === false).length,
      depth: tree.nodes.reduce((deepest, node) => Math.max(deepest, node.depth), 0),
      newTokens: tree.newTokens,
      nowMs: owner.nowMs,
    },
  );
  const id = stored?.id ?? owner.newId;
  execute(db, 'DELETE FROM tree_nodes WHERE tree_id = $id', { id });
  execute(db, 'DELETE FROM simulations WHERE tree_id = $id', { id });
  for (const node of tree.nodes) insertNode(db, id, node);
  for (const [index, simulation] of tree.simulations.entries()) {
    execute(
      db,
      'INSERT INTO simulations (tree_id, simulation_index, path_json, value) VALUES ($id, $index, $path, $value)',
      { id, index, path: JSON.stringify(simulation.path), value: simulation.value },
    );
  }
  return id;
}

function insertNode(db: WritableDb, treeId: TreeId, node: TreeNode): void {
  execute(
    db,
    `INSERT INTO tree_nodes (tree_id, node_index, parent, depth, kind, text, visits, value_sum, prior, log_q, process, is_terminal,
       is_truncated, is_right, answer, token_count, log_prob_sum, created_at_simulation)
     VALUES ($treeId, $index, $parent, $depth, $kind, $text, $visits, $valueSum, $prior, $logQ, $process, $isTerminal,
       $isTruncated, $isRight, $answer, $tokenCount, $logProbSum, $createdAtSimulation)`,
    {
      treeId,
      index: node.index,
      parent: node.parent,
      depth: node.depth,
      kind: node.kind,
      text: node.text,
      visits: node.visits,
      valueSum: node.valueSum,
      prior: node.prior,
      logQ: node.logQ,
      process: node.process,
      isTerminal: bit(node.isTerminal),
      isTruncated: bit(node.isTruncated),
      isRight: bitOrNull(node.isRight),
      answer: node.answer,
      tokenCount: node.tokenCount,
      logProbSum: node.logProbSum,
      createdAtSimulation: node.createdAtSimulation,
    },
  );
}

/** Solved: some leaf is right. Mixed: right and wrong leaves, the trees that make pairs. All right: no leaf is wrong. */
export type TreeFilter = 'all' | 'solved' | 'unsolved' | 'mixed' | 'all-right';

const FILTERS: Readonly<Record<TreeFilter, string>> = {
  all: '',
  solved: ' AND right_leaves > 0',
  unsolved: ' AND right_leaves = 0',
  mixed: ' AND right_leaves > 0 AND wrong_leaves > 0',
  'all-right': ' AND right_leaves > 0 AND wrong_leaves = 0',
};

/** Trees of a run that pass a filter. */
export function countTrees(db: ReadableDb, runId: RunId, filter: TreeFilter): number {
  return count(db, `SELECT COUNT(*) AS count FROM trees WHERE run_id = $runId${FILTERS[filter]}`, { runId });
}

/** The first trees of a run that pass a filter, by their questions. */
export function listSomeTrees(
  db: ReadableDb,
  runId: RunId,
  filter: TreeFilter,
  limit: number,
): { questionId: string; prompt: string; treeId: TreeId }[] {
  return selectAll<SummaryRow>(
    db,
    `SELECT * FROM trees WHERE run_id = $runId${FILTERS[filter]} ORDER BY created_at_ms, rowid LIMIT $limit`,
    { runId, limit },
  ).map((row) => ({ questionId: row.question_id, prompt: row.prompt, treeId: row.id }));
}

export interface TreeQuery {
  readonly projectId: ProjectId;
  readonly runId?: RunId | undefined;
  readonly filter: TreeFilter;
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

/** A page of trees, in the order they were grown. */
export function pageTrees(db: ReadableDb, query: TreeQuery): { total: number; trees: TreeSummary[] } {
  const where =
    (query.runId ? 'run_id = $runId AND project_id = $projectId' : 'project_id = $projectId') +
    FILTERS[query.filter] +
    ` AND ${notInTrash('run_id')}` +
    (query.search ? ` AND (prompt LIKE $pattern ESCAPE '\\' OR question_id LIKE $pattern ESCAPE '\\')` : '');
  const params = {
    projectId: query.projectId,
    ...(query.runId && { runId: query.runId }),
    ...(query.search && { pattern: likeAnywhere(query.search) }),
  };
  const total = count(db, `SELECT COUNT(*) AS count FROM trees WHERE ${where}`, params);
  const rows = selectAll<SummaryRow>(
    db,
    `SELECT * FROM trees WHERE ${where} ORDER BY created_at_ms, rowid LIMIT $limit OFFSET $offset`,
    { ...params, limit: query.limit, offset: query.offset },
  );
  return { total, trees: rows.map(toSummary) };
}

export function findTreeSummary(db: ReadableDb, id: TreeId): TreeSummary | null {
  const row = selectOne<SummaryRow>(db, 'SELECT * FROM trees WHERE id = $id', { id });
  return row ? toSummary(row) : null;
}

/** Id of the tree that a run grew for a question. */
export function findTreeId(db: ReadableDb, runId: RunId, questionId: string): TreeId | null {
  const sql = 'SELECT id FROM trees WHERE run_id = $runId AND question_id = $questionId';
  return selectOne<{ id: TreeId }>(db, sql, { runId, questionId })?.id ?? null;
}

/** The project that a tree belongs to; null where there is no such tree. */
export function findTreeProject(db: ReadableDb, id: TreeId): ProjectId | null {
  return (
    selectOne<{ project_id: ProjectId }>(db, 'SELECT project_id FROM trees WHERE id = $id', { id })?.project_id ?? null
  );
}

export function listNodes(db: ReadableDb, treeId: TreeId): TreeNode[] {
  return selectAll<NodeRow>(db, 'SELECT * FROM tree_nodes WHERE tree_id = $treeId ORDER BY node_index', { treeId }).map(
    toNode,
  );
}

export function listSimulations(db: ReadableDb, treeId: TreeId): Tree['simulations'] {
  return selectAll<{ path_json: string; value: number }>(
    db,
    'SELECT path_json, value FROM simulations WHERE tree_id = $treeId ORDER BY simulation_index',
    { treeId },
  ).map((row) => ({ path: fromJson<number[]>(row.path_json), value: row.value }));
}

/** Where a tree comes from and what was made of it. */
export interface TreeLineage {
  readonly projectId: ProjectId;
  readonly runName: string;
  readonly checkpointId: CheckpointId | null;
  readonly questionSetId: QuestionSetId | null;
  readonly examples: Tree['lineage']['examples'];
}

export function findTreeLineage(db: ReadableDb, id: TreeId): TreeLineage | null {
  const row = selectOne<{
    project_id: ProjectId;
    name: string;
    checkpoint_id: CheckpointId | null;
    question_set_id: QuestionSetId | null;
  }>(
    db,
    `SELECT trees.project_id, runs.name, run_parents.checkpoint_id, run_parents.question_set_id
     FROM trees JOIN runs ON runs.id = trees.run_id LEFT JOIN run_parents ON run_parents.run_id = runs.id WHERE trees.id = $id`,
    { id },
  );
  if (!row) return null;
  const examples = selectAll<{ id: ExampleId; dataset_id: DatasetId; node_path_json: string; kind: string }>(
    db,
    'SELECT id, dataset_id, node_path_json, kind FROM examples WHERE tree_id = $id ORDER BY dataset_id, position',
    { id },
  );
  return {
    projectId: row.project_id,
    runName: row.name,
    checkpointId: row.checkpoint_id,
    questionSetId: row.question_set_id,
    examples: examples.map((example) => ({
      id: example.id,
      datasetId: example.dataset_id,
      nodePath: fromJson<number[]>(example.node_path_json),
      kind: example.kind,
    })),
  };
}

/** The trees of a run as the engine wrote them, less what a person pruned, one by one, in the order they were grown. */
export function* eachTreeRecord(db: ReadableDb, runId: RunId): Generator<TreeRecord> {
  const order = selectAll<{ id: TreeId }>(
    db,
    'SELECT id FROM trees WHERE run_id = $runId ORDER BY created_at_ms, rowid',
    {
      runId,
    },
  );
  for (const { id } of order) {
    const summary = findTreeSummary(db, id);
    if (!summary) continue;
    yield {
      type: 'tree',
      questionId: summary.questionId,
      prompt: summary.prompt,
      referenceAnswer: summary.referenceAnswer,
      nodes: withoutPruned(db, id, listNodes(db, id)),
      simulations: listSimulations(db, id),
      newTokens: summary.newTokens,
    };
  }
}

function toSummary(row: SummaryRow): TreeSummary {
  return {
    id: row.id,
    runId: row.run_id,
    questionId: row.question_id,
    prompt: row.prompt,
    referenceAnswer: row.reference_answer,
    nodeCount: row.node_count,
    leafCount: row.leaf_count,
    rightLeaves: row.right_leaves,
    wrongLeaves: row.wrong_leaves,
    depth: row.depth,
    isSolved: row.right_leaves > 0,
    newTokens: row.new_tokens,
    createdAtMs: row.created_at_ms,
  };
}

function toNode(row: NodeRow): TreeNode {
  return {
    index: row.node_index,
    parent: row.parent,
    depth: row.depth,
    kind: row.kind,
    text: row.text,
    visits: row.visits,
    valueSum: row.value_sum,
    prior: row.prior,
    logQ: row.log_q,
    process: row.process,
    isTerminal: row.is_terminal === 1,
    isTruncated: row.is_truncated === 1,
    isRight: row.is_right === null ? null : row.is_right === 1,
    answer: row.answer,
    tokenCount: row.token_count,
    logProbSum: row.log_prob_sum,
    createdAtSimulation: row.created_at_simulation,
  };
}
