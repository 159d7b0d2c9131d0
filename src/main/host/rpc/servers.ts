import * as servers from '../services/servers';
import type { ServiceContext } from '../services/context';
import { contract } from './implementer';

export function serversRouter(context: ServiceContext) {
  const { servers: calls } = contract;
  return {
    list: calls.list.handler(() => servers.listServers(context)),
    save: calls.save.handler(({ input }) => servers.saveServer(context, input)),
    remove: calls.remove.handler(({ input }) => servers.removeServer(context, input.id)),
    test: calls.test.handler(({ input }) => servers.testServer(context, input.id)),
  };
}
