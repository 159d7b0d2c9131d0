import { join } from 'node:path';

/** Where the embedded model and its questions lie; scripts run from the root of the repository. */
export const MODEL_FOLDER = join('resources', 'models', 'workbook-2m');
export const QUESTIONS_FOLDER = join('resources', 'questions');
/** Checkpoints of a build that was stopped; not kept in the repository. */
export const BUILD_FOLDER = join('.tools', 'embedded-build');
