import type { ProjectId, TokenSetId } from '@contracts/ids';
import type { StoredTokenSet, TokenSetVersion } from '@contracts/token-sets';
import { WorkbenchError } from '@core/errors';
import type { TokenSetData } from '@core/tokens/token-set';
import { findProject } from '../store/repositories/projects';
import * as stored from '../store/repositories/token-sets';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';

export function listTokenSets({ db }: ServiceContext, projectId: ProjectId): StoredTokenSet[] {
  return stored.listTokenSets(db, projectId);
}

export function listTokenSetVersions({ db }: ServiceContext, id: TokenSetId): TokenSetVersion[] {
  return stored.listTokenSetVersions(db, id);
}

/** Saves a set as a version of its own. @throws WorkbenchError `token-set-changed`, `token-set-known` */
export function saveTokenSet(
  { db, bus, newId, nowMs }: ServiceContext,
  input: { projectId: ProjectId; known: { id: TokenSetId; version: number } | null; set: TokenSetData },
): StoredTokenSet {
  const { projectId, known, set } = input;
  required(findProject(db, projectId), 'This project');
  const saved = transaction(db, () => {
    const others = stored.listTokenSets(db, projectId).filter(({ id }) => id !== known?.id);
    if (others.some((other) => other.set.name === set.name)) throw nameTaken(set.name);
    if (known === null) {
      const id = newId('tokens') as TokenSetId;
      stored.insertTokenSet(db, { id, projectId, set, nowMs: nowMs() });
      return id;
    }
    const newest = required(stored.findTokenSet(db, known.id), 'This token set');
    if (newest.projectId !== projectId) required(null, 'This token set');
    if (newest.version !== known.version) throw changedMeanwhile(set.name);
    stored.insertTokenSetVersion(db, { id: known.id, version: newest.version + 1, set, nowMs: nowMs() });
    return known.id;
  });
  bus.publish({ type: 'changed', what: 'tokenSets' });
  return required(stored.findTokenSet(db, saved), 'This token set');
}

export function removeTokenSet(
  { db, bus, nowMs }: ServiceContext,
  { id, removed }: { id: TokenSetId; removed: boolean },
): { changed: boolean } {
  const changed = stored.markTokenSetRemoved(db, id, removed ? nowMs() : null);
  if (changed) bus.publish({ type: 'changed', what: 'tokenSets' });
  return { changed };
}

function nameTaken(name: string): WorkbenchError {
  return new WorkbenchError('conflict', `This project has a token set “${name}” already.`, {
    code: 'token-set-known',
    kept: 'The set that is there, and yours in this window.',
    wayOut: 'Give yours another name.',
  });
}

function changedMeanwhile(name: string): WorkbenchError {
  return new WorkbenchError('conflict', `Another window has saved “${name}” meanwhile.`, {
    code: 'token-set-changed',
    kept: 'Both: what the other window saved, and yours in this one.',
    wayOut: 'Save yours under another name, or load the newest version.',
  });
}
