import { WorkbenchError } from '../../errors';
import type { Trajectory } from './trajectories';

/** Iterations in a row without a single finished answer after which exploring makes no sense. */
export const PATIENCE = 3;

/** Whether nothing of an iteration came to an end: every answer was cut. */
export function isAllCut(trajectories: readonly Trajectory[]): boolean {
  return trajectories.every((trajectory) => trajectory.isTruncated);
}

/** The limits that cut an answer. */
export interface CutLimits {
  readonly maxNewTokens: number;
  readonly maxStepTokens: number;
  readonly maxDepth: number;
}

/** The error for a model that never closes what it opens. @param answers of the last iterations, all cut */
export function neverCloses(answers: number, limits: CutLimits): WorkbenchError {
  return new WorkbenchError(
    'precondition',
    answers === 0
      ? `No answer could be explored in ${PATIENCE} iterations: the model reads none of the questions.`
      : `None of the ${answers} answers of the last ${PATIENCE} iterations came to an end: each was cut at ${limits.maxNewTokens} tokens, at ${limits.maxStepTokens} tokens of a step, or at ${limits.maxDepth} steps.`,
    {
      code: 'never-closes',
      kept: 'The model as it was before; nothing was learned from cut answers.',
      wayOut: 'Fine-tune longer, so that the model closes its steps, raise the limits, or lower the temperature.',
    },
  );
}
