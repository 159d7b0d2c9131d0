import * as trees from '../services/trees';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function treesRouter(context: ServiceContext) {
  const { trees: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => trees.listTrees(context, input)),
    get: calls.get.handler(({ input }) => trees.getTree(context, input.id)),
  };
}
