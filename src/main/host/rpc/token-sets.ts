import type { ServiceContext } from '../services/context';
import * as sets from '../services/token-sets';
import { contract } from './implementer';

export function tokenSetsRouter(context: ServiceContext) {
  const { tokenSets: calls } = contract;
  return {
    list: calls.list.handler(({ input }) => sets.listTokenSets(context, input.projectId)),
    versions: calls.versions.handler(({ input }) => sets.listTokenSetVersions(context, input.id)),
    save: calls.save.handler(({ input }) => sets.saveTokenSet(context, input)),
    remove: calls.remove.handler(({ input }) => sets.removeTokenSet(context, input)),
  };
}
