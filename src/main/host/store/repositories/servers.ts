import { z } from 'zod';
import { Server } from '@contracts/servers';
import { WorkbenchError } from '@core/errors';
import type { ReadableDb, WritableDb } from '../sql';
import { readSettings, writeSetting } from './settings';

const KEY = 'servers';

/** Servers in the order in which they were made. What a later version wrote and this one cannot read is left out of sight, not deleted. */
export function listServers(db: ReadableDb): Server[] {
  const stored = z.array(z.unknown()).safeParse(readSettings(db)[KEY]);
  return (stored.data ?? []).flatMap((raw) => Server.safeParse(raw).data ?? []);
}

export function findServerNamed(db: ReadableDb, name: string): Server | null {
  return listServers(db).find((server) => server.name === name) ?? null;
}

/** @throws WorkbenchError `server-gone` */
export function requireServer(db: ReadableDb, name: string): Server {
  const server = findServerNamed(db, name);
  if (server) return server;
  throw new WorkbenchError('precondition', `The settings have no server “${name}”.`, {
    code: 'server-gone',
    kept: 'The run and everything it made so far.',
    wayOut: 'Add it again in the settings under this name, or let the model run on this machine.',
  });
}

/** Call inside a transaction. */
export function writeServers(db: WritableDb, servers: readonly Server[]): void {
  writeSetting(db, KEY, servers);
}
