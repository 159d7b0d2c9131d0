import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoProject, Project } from '@contracts/projects';
import { WorkbenchError } from '@core/errors';
import { readManifest } from '../project-archive/archive-file';
import { openProjectArchive } from '../project-archive/open-project';
import { findProject } from '../store/repositories/projects';
import type { ServiceContext } from './context';
import { required } from './not-found';
import { isTrashed, restoreProject } from './trash';

/** Where the finished project lies in the resources; `npm run make-demo-project` writes it. */
export const DEMO_ARCHIVE = join('demo', 'project.rftt');

/** Opening it twice at once would write it twice. */
const opening = new WeakMap<ServiceContext, Promise<Project>>();

/** What the shipped project is, and whether it is open here. */
export async function describeDemo(context: ServiceContext): Promise<DemoProject> {
  const where = archivePath(context);
  const facts = await stat(where).catch(() => null);
  if (!facts) return { isAvailable: false, openId: null, projectId: null, sizeBytes: 0, about: null };
  const { projectId, about } = readManifest(await readFile(where), where);
  const isOpen = findProject(context.db, projectId) !== null && !isTrashed(context.db, projectId);
  const openId = isOpen ? projectId : null;
  return { isAvailable: true, openId, projectId, sizeBytes: facts.size, about };
}

/** The shipped project, unpacked the first time. @throws WorkbenchError `demo-missing`, `project-archive` */
export function openDemo(context: ServiceContext): Promise<Project> {
  const under = opening.get(context) ?? unpack(context).finally(() => opening.delete(context));
  opening.set(context, under);
  return under;
}

async function unpack(context: ServiceContext): Promise<Project> {
  const { db, bus, folders, resourcesFolder } = context;
  const where = archivePath(context);
  const archive = await readFile(where).catch((cause: unknown) => {
    throw new WorkbenchError(
      'precondition',
      'This copy of the program came without the demo project.',
      {
        code: 'demo-missing',
        where,
        kept: 'Everything of yours.',
        wayOut: 'Make a new project, or run npm run demo to make a demo on this machine.',
      },
      { cause },
    );
  });
  const { projectId } = readManifest(archive, where);
  if (!findProject(db, projectId)) {
    await openProjectArchive({ db, archive, where, dataFolder: folders.data, resourcesFolder, nowMs: context.nowMs() });
    for (const what of ['projects', 'checkpoints', 'questionSets', 'datasets', 'examples', 'evaluations'] as const)
      bus.publish({ type: 'changed', what });
  }
  if (isTrashed(db, projectId)) return restoreProject(context, projectId);
  return required(findProject(db, projectId), 'The demo project');
}

function archivePath({ resourcesFolder }: ServiceContext): string {
  return join(resourcesFolder, DEMO_ARCHIVE);
}
