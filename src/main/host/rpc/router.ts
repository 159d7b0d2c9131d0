import type { ServiceContext } from '../services/context';
import { evaluationsRouter } from './evaluations';
import { examplesRouter } from './examples';
import { contract } from './implementer';
import { modelsRouter } from './models';
import { previewsRouter } from './previews';
import { projectsRouter } from './projects';
import { questionsRouter } from './questions';
import { runsRouter } from './runs';
import { systemRouter } from './system';
import { treesRouter } from './trees';

/** Every call of the contract over one set of services; a call without a handler does not compile. */
export function createRouter(context: ServiceContext) {
  return contract.router({
    system: systemRouter(context),
    projects: projectsRouter(context),
    previews: previewsRouter(context),
    models: modelsRouter(context),
    questions: questionsRouter(context),
    runs: runsRouter(context),
    trees: treesRouter(context),
    examples: examplesRouter(context),
    evaluations: evaluationsRouter(context),
  });
}

export type HostRouter = ReturnType<typeof createRouter>;
