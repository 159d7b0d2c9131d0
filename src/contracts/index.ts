import { evaluationsContract } from './evaluations';
import { examplesContract } from './examples';
import { modelsContract } from './models';
import { previewsContract } from './previews';
import { projectsContract } from './projects';
import { questionsContract } from './questions';
import { runsContract } from './runs';
import { systemContract } from './system';
import { treesContract } from './trees';

/** Everything a window can ask of the host. */
export const workbenchContract = {
  system: systemContract,
  projects: projectsContract,
  previews: previewsContract,
  models: modelsContract,
  questions: questionsContract,
  runs: runsContract,
  trees: treesContract,
  examples: examplesContract,
  evaluations: evaluationsContract,
};
export type WorkbenchContract = typeof workbenchContract;
