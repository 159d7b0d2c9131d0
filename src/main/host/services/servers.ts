import type { Server, ServerTest } from '@contracts/servers';
import { readCompletion } from '@core/remote/completions';
import { WorkbenchError } from '@core/errors';
import { callServer } from '../../engine/remote-transport';
import { findServerNamed, listServers as listStored, writeServers } from '../store/repositories/servers';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';

const TEST_TIMEOUT_MS = 30_000;

export function listServers({ db, serverKeys }: ServiceContext): {
  servers: (Server & { hasKey: boolean })[];
  keyStore: string | null;
} {
  return {
    servers: listStored(db).map((server) => ({ ...server, hasKey: serverKeys.has(server) })),
    keyStore: serverKeys.store?.name ?? null,
  };
}

/**
 * Adds a server or changes one. The key, where one is given, goes to the operating system's store and nowhere else.
 * @throws WorkbenchError `server-name-taken`, `key-store-missing`
 */
export async function saveServer(
  context: ServiceContext,
  { server, key }: { server: Omit<Server, 'id'> & { id: string | null }; key: string | null },
): Promise<Server> {
  const { db, bus, serverKeys } = context;
  const saved: Server = { ...server, id: server.id ?? context.newId('server') };
  const named = findServerNamed(db, saved.name);
  if (named && named.id !== saved.id) {
    throw new WorkbenchError('conflict', `There is already a server “${saved.name}”.`, {
      code: 'server-name-taken',
      kept: 'Both as they were.',
      wayOut: 'Choose another name; runs remember a server by it.',
    });
  }
  if (key !== null && saved.keySource === 'store') await serverKeys.put(saved.id, key);
  if (saved.keySource !== 'store') await serverKeys.forget(saved.id);
  transaction(db, () => {
    const others = listStored(db);
    const at = others.findIndex(({ id }) => id === saved.id);
    writeServers(db, at < 0 ? [...others, saved] : others.with(at, saved));
  });
  bus.publish({ type: 'changed', what: 'settings' });
  return saved;
}

export async function removeServer({ db, bus, serverKeys }: ServiceContext, id: string): Promise<{ removed: boolean }> {
  const before = listStored(db);
  const after = before.filter((server) => server.id !== id);
  transaction(db, () => writeServers(db, after));
  await serverKeys.forget(id);
  bus.publish({ type: 'changed', what: 'settings' });
  return { removed: after.length < before.length };
}

/** Asks the server for a few tokens, as a search would. @throws WorkbenchError `server-unreachable`, `server-refused`, and those of `readCompletion` */
export async function testServer(context: ServiceContext, id: string): Promise<ServerTest> {
  const server = required(
    listStored(context.db).find((each) => each.id === id),
    'This server',
  );
  const address = { url: server.url, key: await context.serverKeys.read(server) };
  const call = async (path: string, body?: string) => {
    try {
      return await callServer(address, path, { timeoutMs: TEST_TIMEOUT_MS, ...(body !== undefined && { body }) });
    } catch (error) {
      throw unreachable(server, error instanceof Error ? error.message : String(error));
    }
  };
  const body = {
    model: server.model,
    prompt: 'Question: what is 1 + 1? Answer:',
    max_tokens: 8,
    temperature: 1,
    logprobs: 1,
    n: 1,
    stream: false,
  };
  const begin = performance.now();
  const answer = await call('completions', JSON.stringify(body));
  const answerMs = performance.now() - begin;
  const models = modelsOf(await call('models').catch(() => null));
  if (answer.status !== 200) throw refused(server, answer.status, answer.body, models);
  const completion = readCompletion(answer.body, body);
  return {
    answerMs,
    text: completion.text,
    tokens: completion.tokens.length,
    models,
    countsTokens: completion.usage !== null,
  };
}

function modelsOf(answer: { status: number; body: string } | null): string[] | null {
  if (answer?.status !== 200) return null;
  try {
    const { data } = JSON.parse(answer.body) as { data?: { id?: unknown }[] };
    return data?.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])) ?? null;
  } catch {
    // A server need not list its models; that it does not is told by null.
    return null;
  }
}

function unreachable({ name, url }: Server, why: string): WorkbenchError {
  return new WorkbenchError('external', `“${name}” cannot be reached: ${why}.`, {
    code: 'server-unreachable',
    where: url,
    kept: 'The settings of this server.',
    wayOut: 'See that it runs and that the address is right, with the port and /v1.',
  });
}

function refused({ name, url, model }: Server, status: number, body: string, models: string[] | null): WorkbenchError {
  const isKey = status === 401 || status === 403;
  const known = models && !models.includes(model) ? ` It knows: ${models.slice(0, 5).join(', ')}.` : '';
  return new WorkbenchError('external', `“${name}” answers with status ${status}.${known}`, {
    code: isKey ? 'server-key-refused' : 'server-refused',
    where: url,
    kept: 'The settings of this server.',
    wayOut: isKey ? 'Check the key.' : 'Check the name of the model and the address.',
    details: { answer: body.slice(0, 300) },
  });
}
