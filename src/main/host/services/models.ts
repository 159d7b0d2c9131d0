import { existsSync } from 'node:fs';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { Checkpoint, ImportInspection, ModelInspection, TokenPiece } from '@contracts/models';
import type { z } from 'zod';
import { WorkbenchError } from '@core/errors';
import { FUNCTIONAL_SURFACES } from '@core/tokens/functional-tokens';
import {
  findCheckpoint,
  listCheckpoints as listStored,
  renameCheckpoint as renameStored,
  type StoredCheckpoint,
} from '../store/repositories/checkpoints';
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
  const functional = new Set(FUNCTIONAL_SURFACES);
  return Array.from(tokenizer.encode(text, { specials: 'recognise' }), (tokenId) => {
    // A special token's surface stands for itself; any other is shown as the text it makes.
    const surface = tokenizer.surfaceOf(tokenId) ?? '';
    const plain = tokenizer.decode([tokenId]);
    const isFunctional = functional.has(surface);
    const isSpecial = isFunctional || tokenizer.decode([tokenId], { skipSpecials: true }) === '';
    return { id: tokenId, surface: isSpecial ? surface : plain, isFunctional, isSpecial };
  });
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
