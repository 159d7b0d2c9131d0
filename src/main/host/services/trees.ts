import type { TreeId } from '@contracts/ids';
import type { Tree } from '@contracts/trees';
import {
  findTreeLineage,
  findTreeSummary,
  listNodes,
  listSimulations,
  pageTrees,
  type TreeQuery,
} from '../store/repositories/trees';
import type { ServiceContext } from './context';
import { required } from './not-found';

export function listTrees({ db }: ServiceContext, query: TreeQuery): ReturnType<typeof pageTrees> {
  return pageTrees(db, query);
}

/** A whole tree with where it comes from and what was made of it. */
export function getTree({ db }: ServiceContext, id: TreeId): Tree {
  const summary = required(findTreeSummary(db, id), 'This tree');
  const lineage = required(findTreeLineage(db, id), 'This tree');
  return {
    summary,
    nodes: listNodes(db, id),
    simulations: listSimulations(db, id),
    lineage: {
      ...lineage,
      runId: summary.runId,
      question: { id: summary.questionId, prompt: summary.prompt, referenceAnswer: summary.referenceAnswer },
    },
  };
}
