import { oc } from '@orpc/contract';
import { z } from 'zod';
import { RemoteServerSchema } from '@core/remote/server';

/**
 * Where the key of a server is: nowhere, in the operating system's store, in an environment variable of the workbench, or in a file that only its
 * owner may read. The key itself is never part of what is listed, stored with runs, or logged.
 */
export const KeySource = z.enum(['none', 'store', 'environment', 'file']);
export type KeySource = z.infer<typeof KeySource>;

export const Server = RemoteServerSchema.extend({
  id: z.string().min(1),
  keySource: KeySource,
  /** Name of the variable, or path of the file; empty otherwise. */
  keyName: z.string().trim().max(1000).default(''),
});
export type Server = z.infer<typeof Server>;

export const ServerTest = z.object({
  /** Milliseconds until the answer. */
  answerMs: z.number(),
  /** What the model wrote. */
  text: z.string(),
  tokens: z.number().int(),
  /** Models that the server lists; null where it lists none. */
  models: z.array(z.string()).nullable(),
  /** Whether it counts tokens itself: budgets are exact only then. */
  countsTokens: z.boolean(),
});
export type ServerTest = z.infer<typeof ServerTest>;

export const serversContract = {
  list: oc.input(z.object({})).output(
    z.object({
      servers: z.array(Server.extend({ hasKey: z.boolean() })),
      /** Name of the operating system's store; null where this shell has none. */
      keyStore: z.string().nullable(),
    }),
  ),
  /** `key` goes into the operating system's store; null leaves the one that is there. */
  save: oc
    .input(
      z.object({ server: Server.extend({ id: z.string().nullable() }), key: z.string().min(1).max(4000).nullable() }),
    )
    .output(Server),
  remove: oc.input(z.object({ id: z.string() })).output(z.object({ removed: z.boolean() })),
  /** Asks the server for a few tokens, as a search would. @throws WorkbenchError in words when that fails */
  test: oc.input(z.object({ id: z.string() })).output(ServerTest),
};
