import { rm } from 'node:fs/promises';
import { sep } from 'node:path';
import type { CheckpointId, DatasetId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import type { WorkbenchEvent } from '@contracts/runs';
import type { TrashedThing, TrashKind } from '@contracts/trash';
import { WorkbenchError } from '@core/errors';
import { folderBytes } from '../store/folder-bytes';
import { findCheckpoint, markCheckpointRemoved } from '../store/repositories/checkpoints';
import { findDataset, removeDataset } from '../store/repositories/examples';
import { findQuestionSet, removeQuestionSet } from '../store/repositories/question-sets';
import { deleteRun, findRun } from '../store/repositories/runs';
import {
  findInTrash,
  isInTrash,
  listGround,
  listTrash,
  putIntoTrash,
  takeFromTrash,
  type TrashRow,
} from '../store/repositories/trash';
import { transaction, type ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';

/** What the trash does with one kind of thing. */
interface Kind {
  /** Null where the thing is gone for good. */
  name(db: ReadableDb, id: string): string | null;
  /** Folders of ours that go with it. */
  folders(context: ServiceContext, id: string): readonly string[];
  /** Removes the rows; what lineage needs stays. */
  forget(context: ServiceContext, id: string): void;
}

// An id in the trash is of the kind that stands beside it, which its type cannot show.
const KINDS: Readonly<Record<TrashKind, Kind>> = {
  run: {
    name: (db, id) => findRun(db, id as RunId)?.name ?? null,
    folders: ({ db }, id) => {
      const run = findRun(db, id as RunId);
      return run ? [run.folder] : [];
    },
    forget: ({ db }, id) => deleteRun(db, id as RunId),
  },
  checkpoint: {
    name: (db, id) => findCheckpoint(db, id as CheckpointId)?.name ?? null,
    // Files of a person's own are never touched.
    folders: ({ db, folders }, id) => {
      const checkpoint = findCheckpoint(db, id as CheckpointId);
      return [checkpoint?.path, checkpoint?.adapterPath].filter(
        (path): path is string => typeof path === 'string' && path.startsWith(folders.runs + sep),
      );
    },
    forget: ({ db, nowMs }, id) => markCheckpointRemoved(db, id as CheckpointId, nowMs()),
  },
  questionSet: {
    name: (db, id) => findQuestionSet(db, id as QuestionSetId)?.name ?? null,
    folders: () => [],
    forget: ({ db, nowMs }, id) => removeQuestionSet(db, id as QuestionSetId, nowMs()),
  },
  dataset: {
    name: (db, id) => findDataset(db, id as DatasetId)?.name ?? null,
    folders: () => [],
    forget: ({ db }, id) => removeDataset(db, id as DatasetId),
  },
};

/** Windows ask again for whatever comes and goes with things. */
const SPOILED: readonly Extract<WorkbenchEvent, { type: 'changed' }>['what'][] = [
  'checkpoints',
  'questionSets',
  'datasets',
  'examples',
  'evaluations',
  'trash',
];

/** Puts a thing where it can come back from; nothing of it is touched. */
export function throwAway(context: ServiceContext, thing: Omit<TrashRow, 'removedAtMs'>): boolean {
  const isNew = putIntoTrash(context.db, { ...thing, removedAtMs: context.nowMs() });
  if (isNew) tell(context, [thing.kind === 'run' ? thing : null], thing.projectId);
  return isNew;
}

export async function listThings(context: ServiceContext, projectId: ProjectId): Promise<TrashedThing[]> {
  const rows = listTrash(context.db, projectId);
  const things = await Promise.all(
    rows.map(async ({ id, kind, removedAtMs }) => {
      const name = KINDS[kind].name(context.db, id);
      const sizes = await Promise.all(KINDS[kind].folders(context, id).map(folderBytes));
      return name === null ? [] : [{ id, kind, name, removedAtMs, sizeBytes: sizes.reduce((a, b) => a + b, 0) }];
    }),
  );
  return things.flat();
}

/** Brings a thing back, and all that it stands on, so that no lineage leads into the trash. */
export function restoreThing(context: ServiceContext, id: string): { ids: string[] } {
  const { db } = context;
  const ids: string[] = [];
  const row = findInTrash(db, id);
  transaction(db, () => {
    const open = [id];
    const seen = new Set(open);
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (takeFromTrash(db, at)) ids.push(at);
      for (const ground of listGround(db, at)) {
        if (seen.has(ground)) continue;
        seen.add(ground);
        open.push(ground);
      }
    }
  });
  if (row) tell(context, [], row.projectId);
  return { ids };
}

/** Deletes everything in a project's trash for good. @returns how many things, and the bytes of their files */
export async function emptyTrash(
  context: ServiceContext,
  projectId: ProjectId,
): Promise<{ removed: number; freedBytes: number }> {
  let freedBytes = 0;
  const rows = listTrash(context.db, projectId);
  for (const { id, kind } of rows) {
    const folders = KINDS[kind].folders(context, id);
    for (const folder of folders) freedBytes += await folderBytes(folder);
    transaction(context.db, () => {
      KINDS[kind].forget(context, id);
      takeFromTrash(context.db, id);
    });
    for (const folder of folders) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  tell(context, rows, projectId);
  return { removed: rows.length, freedBytes };
}

/** @throws WorkbenchError `in-trash` where a thing, or the run that made it, was deleted */
export function requireKept(db: ReadableDb, name: string, ...ids: readonly (string | null)[]): void {
  if (!isInTrash(db, ...ids)) return;
  throw new WorkbenchError('precondition', `“${name}” lies in the trash.`, {
    code: 'in-trash',
    kept: 'Everything of it, until the trash is emptied.',
    wayOut: 'Bring it back from the trash of the project, at the foot of the page “Runs”, or choose another one.',
    details: { name },
  });
}

function tell({ bus }: ServiceContext, rows: readonly (Pick<TrashRow, 'id' | 'kind'> | null)[], projectId: ProjectId) {
  for (const row of rows)
    if (row?.kind === 'run') bus.publish({ type: 'runRemoved', projectId, runId: row.id as RunId });
  for (const what of SPOILED) bus.publish({ type: 'changed', what });
}
