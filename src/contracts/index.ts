import { evaluationsContract } from './evaluations';
import { exampleFilesContract } from './example-files';
import { examplesContract } from './examples';
import { modelsContract } from './models';
import { playgroundContract } from './playground';
import { previewsContract } from './previews';
import { projectsContract } from './projects';
import { promptsContract } from './prompts';
import { questionsContract } from './questions';
import { runsContract } from './runs';
import { serversContract } from './servers';
import { systemContract } from './system';
import { trashContract } from './trash';
import { tokenSetsContract } from './token-sets';
import { treesContract } from './trees';

/** Everything a window can ask of the host. */
export const workbenchContract = {
  system: systemContract,
  projects: projectsContract,
  previews: previewsContract,
  models: modelsContract,
  tokenSets: tokenSetsContract,
  questions: questionsContract,
  runs: runsContract,
  trash: trashContract,
  servers: serversContract,
  trees: treesContract,
  examples: examplesContract,
  exampleFiles: exampleFilesContract,
  evaluations: evaluationsContract,
  playground: playgroundContract,
  prompts: promptsContract,
};
export type WorkbenchContract = typeof workbenchContract;
