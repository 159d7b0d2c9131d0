import { describeDemo, openDemo } from '../services/demo-project';
import * as projects from '../services/projects';
import type { ServiceContext } from '../services/context';
import { listTrash, restoreProject } from '../services/trash';
import { contract } from './implementer';

export function projectsRouter(context: ServiceContext) {
  const { projects: calls } = contract;
  return {
    list: calls.list.handler(() => projects.listProjects(context)),
    create: calls.create.handler(({ input }) => projects.createProject(context, input)),
    demo: calls.demo.handler(() => describeDemo(context)),
    openDemo: calls.openDemo.handler(() => openDemo(context)),
    rename: calls.rename.handler(({ input }) => projects.renameProject(context, input.id, input.name)),
    remove: calls.remove.handler(({ input }) => projects.removeProject(context, input.id)),
    trash: calls.trash.handler(() => listTrash(context)),
    restore: calls.restore.handler(({ input }) => restoreProject(context, input.id)),
    deleteForGood: calls.deleteForGood.handler(({ input }) => projects.deleteProjectForGood(context, input.id)),
    overview: calls.overview.handler(({ input }) => projects.overviewProject(context, input.id)),
  };
}
