import type { TreeId } from '@contracts/ids';
import type { NodeMark, TreeNode } from '@contracts/trees';
import { execute, selectAll, selectOne, type ReadableDb, type WritableDb } from '../sql';

/** A change of one node's mark. */
export interface MarkChange {
  readonly id: number;
  readonly nodeIndex: number;
  readonly before: NodeMark | null;
  readonly after: NodeMark | null;
}

export function listMarks(db: ReadableDb, treeId: TreeId): { index: number; mark: NodeMark }[] {
  return selectAll<{ node_index: number; mark: NodeMark }>(
    db,
    'SELECT node_index, mark FROM tree_marks WHERE tree_id = $treeId ORDER BY node_index',
    { treeId },
  ).map((row) => ({ index: row.node_index, mark: row.mark }));
}

export function findMark(db: ReadableDb, treeId: TreeId, nodeIndex: number): NodeMark | null {
  const sql = 'SELECT mark FROM tree_marks WHERE tree_id = $treeId AND node_index = $nodeIndex';
  return selectOne<{ mark: NodeMark }>(db, sql, { treeId, nodeIndex })?.mark ?? null;
}

/** Sets or takes away a mark. Call inside a transaction. */
export function writeMark(db: WritableDb, treeId: TreeId, nodeIndex: number, mark: NodeMark | null): void {
  execute(db, 'DELETE FROM tree_marks WHERE tree_id = $treeId AND node_index = $nodeIndex', { treeId, nodeIndex });
  if (mark === null) return;
  execute(db, 'INSERT INTO tree_marks (tree_id, node_index, mark) VALUES ($treeId, $nodeIndex, $mark)', {
    treeId,
    nodeIndex,
    mark,
  });
}

/** Writes a change into the journal. Call inside the transaction that makes it. */
export function insertMarkChange(db: WritableDb, treeId: TreeId, change: Omit<MarkChange, 'id'>, nowMs: number): void {
  execute(
    db,
    `INSERT INTO tree_mark_journal (tree_id, node_index, before_mark, after_mark, made_at_ms)
     VALUES ($treeId, $nodeIndex, $before, $after, $nowMs)`,
    { treeId, ...change, nowMs },
  );
}

/** The newest change that was not taken back, or null. */
export function findNewestMarkChange(db: ReadableDb, treeId: TreeId): MarkChange | null {
  const row = selectOne<{ id: number; node_index: number; before_mark: NodeMark | null; after_mark: NodeMark | null }>(
    db,
    `SELECT id, node_index, before_mark, after_mark FROM tree_mark_journal
     WHERE tree_id = $treeId AND undone_at_ms IS NULL ORDER BY id DESC LIMIT 1`,
    { treeId },
  );
  return row ? { id: row.id, nodeIndex: row.node_index, before: row.before_mark, after: row.after_mark } : null;
}

export function markChangeUndone(db: WritableDb, id: number, nowMs: number): void {
  execute(db, 'UPDATE tree_mark_journal SET undone_at_ms = $nowMs WHERE id = $id', { id, nowMs });
}

/**
 * The nodes as whoever makes examples shall see them: at and below a pruned node no path ends, so none is taken. Nothing moves, since an
 * index is an identity.
 */
export function withoutPruned(db: ReadableDb, treeId: TreeId, nodes: readonly TreeNode[]): TreeNode[] {
  const pruned = new Set(
    listMarks(db, treeId)
      .filter(({ mark }) => mark === 'pruned')
      .map(({ index }) => index),
  );
  if (pruned.size === 0) return [...nodes];
  return nodes.map((node) => {
    if (!pruned.has(node.index) && !pruned.has(node.parent)) return node;
    // A parent comes before its children, so what lies below is reached in the same pass.
    pruned.add(node.index);
    return { ...node, isTerminal: false, isTruncated: false, isRight: null, answer: null };
  });
}
