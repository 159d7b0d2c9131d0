import type { ServiceContext } from '../services/context';
import { evaluationsRouter } from './evaluations';
import { exampleFilesRouter } from './example-files';
import { examplesRouter } from './examples';
import { contract } from './implementer';
import { modelsRouter } from './models';
import { playgroundRouter } from './playground';
import { previewsRouter } from './previews';
import { projectsRouter } from './projects';
import { promptsRouter } from './prompts';
import { questionsRouter } from './questions';
import { runsRouter } from './runs';
import { serversRouter } from './servers';
import { systemRouter } from './system';
import { trashRouter } from './trash';
import { tokenSetsRouter } from './token-sets';
import { treesRouter } from './trees';

/** Every call of the contract over one set of services; a call without a handler does not compile. */
export function createRouter(context: ServiceContext) {
  return contract.router({
    system: systemRouter(context),
    projects: projectsRouter(context),
    previews: previewsRouter(context),
    models: modelsRouter(context),
    tokenSets: tokenSetsRouter(context),
    questions: questionsRouter(context),
    runs: runsRouter(context),
    trash: trashRouter(context),
    servers: serversRouter(context),
    trees: treesRouter(context),
    examples: examplesRouter(context),
    exampleFiles: exampleFilesRouter(context),
    evaluations: evaluationsRouter(context),
    playground: playgroundRouter(context),
    prompts: promptsRouter(context),
  });
}

export type HostRouter = ReturnType<typeof createRouter>;
