import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import { RPCHandler } from '@orpc/server/message-port';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { WorkbenchContract } from '@contracts/index';
import { RelayedPort } from './relayed-port';
import { makeTestFolder, searchSpec, TestHost } from './testing/test-host';

type Port = ConstructorParameters<typeof RPCLink>[0]['port'];

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

/** A window and the host, with a relay between them that copies every message as another process would. */
function connect(): { client: ContractRouterClient<WorkbenchContract>; hostEnd: RelayedPort } {
  const windowEnd: RelayedPort = new RelayedPort((data) => hostEnd.receive(structuredClone(data)));
  const hostEnd: RelayedPort = new RelayedPort((data) => windowEnd.receive(structuredClone(data)));
  // Both ends have what oRPC asks of a port: post, listen, close.
  new RPCHandler(host.host.router).upgrade(hostEnd as unknown as Port);
  return { client: createORPCClient(new RPCLink({ port: windowEnd as unknown as Port })), hostEnd };
}

it('carries calls, errors and streams of a window', async () => {
  const { client } = connect();
  expect(await client.system.info({})).toMatchObject({ shell: 'none' });
  await expect(client.projects.overview({ id: 'no' as never })).rejects.toMatchObject({ data: { kind: 'not_found' } });
  const events = await client.runs.watch({});
  const made = host.makeProject();
  await client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const next = await events.next();
  expect(next.value).toMatchObject({ type: 'runChanged', run: { status: 'queued' } });
  (await host.engine()).finish();
});

it('lets go of what a closed window listened to', async () => {
  const { client, hostEnd } = connect();
  const events = await client.runs.watch({});
  void events.next();
  const before = host.services.bus.subscriberCount;
  hostEnd.close();
  await expect.poll(() => host.services.bus.subscriberCount).toBe(before - 1);
});
