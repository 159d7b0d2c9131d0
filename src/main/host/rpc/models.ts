import * as models from '../services/models';
import { tokenNeighbours } from '../services/token-neighbours';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function modelsRouter(context: ServiceContext) {
  const { models: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => models.listCheckpoints(context, input.projectId)),
    get: calls.get.handler(({ input }) => models.getCheckpoint(context, input.id)),
    inspect: calls.inspect.handler(({ input }) => context.models.inspect(input.path)),
    look: calls.look.handler(({ input }) => models.lookAtImport(context, input.path, input.baseId)),
    inspectCheckpoint: calls.inspectCheckpoint.handler(({ input }) => models.inspectCheckpoint(context, input.id)),
    tokenize: calls.tokenize.handler(({ input }) => models.tokenizeText(context, input.id, input.text)),
    tokenNeighbours: calls.tokenNeighbours.handler(({ input }) => tokenNeighbours(context, input.id)),
    rename: calls.rename.handler(({ input }) => models.renameCheckpoint(context, input.id, input.name)),
    remove: calls.remove.handler(({ input }) => models.removeCheckpoint(context, input.id)),
  };
}
