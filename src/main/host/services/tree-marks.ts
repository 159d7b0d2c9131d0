import type { TreeId } from '@contracts/ids';
import type { NodeMark } from '@contracts/trees';
import { WorkbenchError } from '@core/errors';
import {
  findMark,
  findNewestMarkChange,
  insertMarkChange,
  markChangeUndone,
  writeMark,
} from '../store/repositories/tree-marks';
import { findTreeSummary } from '../store/repositories/trees';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';

/** Pins or prunes a node, or takes its mark away. @throws WorkbenchError `node-unknown`, `root-pruned` */
export function markNode(
  { db, bus, nowMs }: ServiceContext,
  input: { readonly id: TreeId; readonly index: number; readonly mark: NodeMark | null },
): { changed: boolean } {
  const { id, index, mark } = input;
  const changed = transaction(db, () => {
    const { nodeCount } = required(findTreeSummary(db, id), 'This tree');
    if (index >= nodeCount) {
      throw new WorkbenchError('validation', `This tree has no step ${index}; its last is ${nodeCount - 1}.`, {
        code: 'node-unknown',
        kept: 'Nothing was changed.',
      });
    }
    if (index === 0 && mark === 'pruned') {
      throw new WorkbenchError('validation', 'The question itself cannot be pruned.', {
        code: 'root-pruned',
        kept: 'Nothing was changed.',
        wayOut: 'Prune the branches below it.',
      });
    }
    const before = findMark(db, id, index);
    if (before === mark) return false;
    writeMark(db, id, index, mark);
    insertMarkChange(db, id, { nodeIndex: index, before, after: mark }, nowMs());
    return true;
  });
  if (changed) bus.publish({ type: 'changed', what: 'trees' });
  return { changed };
}

/** Takes the newest mark of a tree back, down to the first. */
export function undoMark({ db, bus, nowMs }: ServiceContext, id: TreeId): { index: number | null } {
  const index = transaction(db, () => {
    const newest = findNewestMarkChange(db, id);
    if (newest === null) return null;
    writeMark(db, id, newest.nodeIndex, newest.before);
    markChangeUndone(db, newest.id, nowMs());
    return newest.nodeIndex;
  });
  if (index !== null) bus.publish({ type: 'changed', what: 'trees' });
  return { index };
}
