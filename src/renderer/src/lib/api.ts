import { createORPCClient } from '@orpc/client';
import type { ContractRouterClient } from '@orpc/contract';
import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import { QueryClient } from '@tanstack/react-query';
import type { WorkbenchContract } from '@contracts/index';
import { connectToHost } from './ipc';

const link = connectToHost();

/** State of the wire, for the status bar. */
export const connection = link.connection;

/** The host's procedures, typed from the contract. Use `api` in components; this one for streams and one-off calls. */
export const client: ContractRouterClient<WorkbenchContract> = createORPCClient(link);

/** Query and mutation options of every procedure, e.g. `useQuery(api.runs.get.queryOptions({ input: { id } }))`. */
export const api = createTanstackQueryUtils(client);

/** Data stays until an event says that it changed (`lib/events.ts`), so nothing is asked twice and no page flickers. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      gcTime: 10 * 60_000,
      refetchOnWindowFocus: false,
      retry: false,
    },
    mutations: { retry: false },
  },
});
