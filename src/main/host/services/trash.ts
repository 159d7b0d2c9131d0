import { z } from 'zod';
import { rm } from 'node:fs/promises';
import { ProjectId } from '@contracts/ids';
import type { Project, TrashedProject } from '@contracts/projects';
import { deleteProject, findProject } from '../store/repositories/projects';
import { listRunFolders } from '../store/repositories/runs';
import { readSettings, writeSetting } from '../store/repositories/settings';
import { transaction, type ReadableDb } from '../store/sql';
import type { ServiceContext } from './context';
import { required } from './not-found';

/** How long a deleted project can come back. */
export const KEPT_DAYS = 7;
const DAY_MS = 86_400_000;
/** Beside the settings: which projects are in the trash since when. */
const KEY = 'trash';
const Trash = z.array(z.object({ id: ProjectId, removedAtMs: z.number() }));
type Trash = z.infer<typeof Trash>;

export function isTrashed(db: ReadableDb, id: ProjectId): boolean {
  return readTrash(db).some((entry) => entry.id === id);
}

/** Deleted projects that can still come back, the newest first. */
export function listTrash({ db }: Pick<ServiceContext, 'db'>): TrashedProject[] {
  return readTrash(db)
    .flatMap(({ id, removedAtMs }) => {
      const project = findProject(db, id);
      return project ? [{ project, removedAtMs, goneAtMs: removedAtMs + KEPT_DAYS * DAY_MS }] : [];
    })
    .toSorted((a, b) => b.removedAtMs - a.removedAtMs);
}

export function putIntoTrash(context: ServiceContext, id: ProjectId): void {
  change(context, (trash) => [...trash.filter((entry) => entry.id !== id), { id, removedAtMs: context.nowMs() }]);
}

/** Takes a project out of the trash, as it was. */
export function restoreProject(context: ServiceContext, id: ProjectId): Project {
  const project = required(findProject(context.db, id), 'This project');
  change(context, (trash) => trash.filter((entry) => entry.id !== id));
  return project;
}

/** Deletes a project with everything the program made in it; imported models and files of the person stay where they are. */
export async function deleteForGood(context: ServiceContext, id: ProjectId): Promise<{ removed: boolean }> {
  const { db } = context;
  const folders = listRunFolders(db, id);
  const removed = deleteProject(db, id);
  change(context, (trash) => trash.filter((entry) => entry.id !== id));
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  return { removed };
}

/** Deletes what has lain in the trash for its time. Once at the start of a host. */
export async function emptyOldTrash(context: ServiceContext): Promise<void> {
  for (const { project, goneAtMs } of listTrash(context))
    if (goneAtMs <= context.nowMs()) await deleteForGood(context, project.id);
}

function readTrash(db: ReadableDb): Trash {
  const stored = Trash.safeParse(readSettings(db)[KEY]);
  return stored.success ? stored.data : [];
}

function change({ db, bus }: ServiceContext, next: (trash: Trash) => Trash): void {
  transaction(db, () => writeSetting(db, KEY, next(readTrash(db))));
  bus.publish({ type: 'changed', what: 'projects' });
}
