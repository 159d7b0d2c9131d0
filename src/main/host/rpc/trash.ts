import * as trash from '../services/project-trash';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function trashRouter(context: ServiceContext) {
  const { trash: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => trash.listThings(context, input.projectId)),
    restore: calls.restore.handler(({ input }) => trash.restoreThing(context, input.id)),
    empty: calls.empty.handler(({ input }) => trash.emptyTrash(context, input.projectId)),
  };
}
