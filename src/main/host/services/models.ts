import { existsSync } from 'node:fs';
import type { CheckpointId, ProjectId, TreeId } from '@contracts/ids';
import type { Checkpoint, ImportInspection, ModelInspection, TokenPiece } from '@contracts/models';
import type { z } from 'zod';
import { WorkbenchError } from '@core/errors';
import { tokenSetOf } from '@core/tokens/token-ids';
import { compileTokenSet, RFTT_TOKENS, type TokenSet } from '@core/tokens/token-set';
import {
  findCheckpoint,
  listCheckpoints as listStored,
  renameCheckpoint as renameStored,
  type StoredCheckpoint,
} from '../store/repositories/checkpoints';
import { findTreeLineage } from '../store/repositories/trees';
import { listOpenRunsOnCheckpoint } from '../store/repositories/runs';
import { isInTrash } from '../store/repositories/trash';
import type { ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';
import { requireKept, throwAway } from './project-trash';

export function listCheckpoints({ db }: ServiceContext, projectId: ProjectId): Checkpoint[] {
  return listStored(db, projectId).map((checkpoint) => present(db, checkpoint));
}

export function getCheckpoint({ db }: ServiceContext, id: CheckpointId): Checkpoint {
  return present(db, required(findCheckpoint(db, id), 'This checkpoint'));
}

export function inspectCheckpoint(context: ServiceContext, id: CheckpointId): Promise<ModelInspection> {
  return context.models.inspect(requirePresent(context, id).path);
}

/** What importing a path would bring; an adapter is checked against the base where one is named. */
export function lookAtImport(
  context: ServiceContext,
  path: string,
  baseId: CheckpointId | null,
): Promise<ImportInspection> {
  return context.models.look(path, baseId === null ? null : requirePresent(context, baseId).path);
}

/** The tokens of a text as the checkpoint's tokenizer cuts it; functional tokens written in the text are recognised. */
export async function tokenizeText(
  context: ServiceContext,
  id: CheckpointId,
  text: string,
): Promise<z.infer<typeof TokenPiece>[]> {
  const tokenizer = await context.models.tokenizer(requirePresent(context, id).path);
  const functional = new Set(tokenSetOf(tokenizer).surfaces);
  return Array.from(tokenizer.encode(text, { specials: 'recognise' }), (tokenId) => {
    // A special token's surface stands for itself; any other is shown as the text it makes.
    const surface = tokenizer.surfaceOf(tokenId) ?? '';
    const plain = tokenizer.decode([tokenId]);
    const isFunctional = functional.has(surface);
    const isSpecial = isFunctional || tokenizer.decode([tokenId], { skipSpecials: true }) === '';
    return { id: tokenId, surface: isSpecial ? surface : plain, isFunctional, isSpecial };
  });
}

/** The functional tokens of a model; the eight of the paper where it has no others, and where it has none yet. */
export function tokenSetOfCheckpoint(checkpoint: Pick<StoredCheckpoint, 'tokenSet'> | null): TokenSet {
  return checkpoint?.tokenSet ? compileTokenSet(checkpoint.tokenSet) : RFTT_TOKENS;
}

/** The functional tokens that the steps of a tree carry: those of the model that grew it. */
export function tokenSetOfTree(db: ReadableDb, id: TreeId): TokenSet {
  const checkpointId = findTreeLineage(db, id)?.checkpointId;
  return tokenSetOfCheckpoint(checkpointId ? findCheckpoint(db, checkpointId) : null);
}

/** Tags that models of a project read as functional tokens: no question may spell one. */
export function knownSurfaces(db: ReadableDb, projectId: ProjectId): readonly string[] {
  const own = listStored(db, projectId).flatMap((one) => (one.tokenSet ? compileTokenSet(one.tokenSet).surfaces : []));
  return [...new Set([...RFTT_TOKENS.surfaces, ...own])];
}

export function renameCheckpoint(context: ServiceContext, id: CheckpointId, name: string): Checkpoint {
  required(renameStored(context.db, id, name) || null, 'This checkpoint');
  context.bus.publish({ type: 'changed', what: 'checkpoints' });
  return getCheckpoint(context, id);
}

/**
 * Puts a checkpoint into the trash. Once that is emptied, files that a run of ours wrote are deleted, a person's own never.
 * @throws WorkbenchError `checkpoint-in-use` while a run that is not over starts from it
 */
export function removeCheckpoint(context: ServiceContext, id: CheckpointId): { removed: boolean } {
  const { db } = context;
  const checkpoint = required(findCheckpoint(db, id), 'This checkpoint');
  const [user] = listOpenRunsOnCheckpoint(db, id);
  if (user) {
    throw new WorkbenchError('conflict', `"${checkpoint.name}" is in use by the run "${user.name}".`, {
      code: 'checkpoint-in-use',
      kept: 'The checkpoint and the run.',
      wayOut: 'Wait for the run, or cancel it first.',
      details: { name: checkpoint.name, run: user.name },
    });
  }
  return { removed: throwAway(context, { id, kind: 'checkpoint', projectId: checkpoint.projectId }) };
}

/** The checkpoint, if its files are where they should be. @throws WorkbenchError `model-missing`, `in-trash` */
export function requirePresent(context: ServiceContext, id: CheckpointId): StoredCheckpoint {
  const checkpoint = required(findCheckpoint(context.db, id), 'This checkpoint');
  requireKept(context.db, checkpoint.name, id, checkpoint.runId);
  if (checkpoint.removedAtMs === null && existsSync(checkpoint.path)) return checkpoint;
  throw new WorkbenchError('precondition', `The files of "${checkpoint.name}" are not where they were.`, {
    code: 'model-missing',
    where: checkpoint.path,
    kept: 'Everything made from it.',
    wayOut: 'Put the files back, or use another checkpoint.',
    details: { name: checkpoint.name },
  });
}

function present(db: ReadableDb, { removedAtMs, ...checkpoint }: StoredCheckpoint): Checkpoint {
  return {
    ...checkpoint,
    runId: checkpoint.origin === 'run' ? checkpoint.runId : null,
    isMissing: removedAtMs !== null || isInTrash(db, checkpoint.id, checkpoint.runId) || !existsSync(checkpoint.path),
  };
}
