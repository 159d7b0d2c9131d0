import * as marks from '../services/tree-marks';
import * as trees from '../services/trees';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';
import { withRpcErrors } from './streams';

export function treesRouter(context: ServiceContext) {
  const { trees: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => trees.listTrees(context, input)),
    get: calls.get.handler(({ input }) => trees.getTree(context, input.id)),
    mark: calls.mark.handler(({ input }) => marks.markNode(context, input)),
    undoMark: calls.undoMark.handler(({ input }) => marks.undoMark(context, input.id)),
    sendPath: calls.sendPath.handler(({ input }) => trees.sendPath(context, input)),
    growing: calls.growing.handler(({ input }) => context.liveTrees.list(input.runId)),
    watchGrowth: calls.watchGrowth.handler(({ input, signal }) =>
      withRpcErrors(context.liveTrees.watch(input.runId, input.questionId, signal)),
    ),
  };
}
