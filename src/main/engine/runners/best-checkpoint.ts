import { join } from 'node:path';
import type { JobRecord } from '@contracts/engine-protocol';
import type { Trainer } from '@core/train/trainer';
import type { JobContext } from '../job-context';
import type { JobModel } from './open-model';
import { writeTrained } from './write-trained';

/** Where a training stands that keeps its best state. */
export interface BestKept {
  /** Step of the checkpoint that is kept as the best; null while the model it began with is the best. */
  bestStep: number | null;
}

/**
 * Writes the present weights as the best so far, in place of those that were the best before.
 * @returns records to commit: the new checkpoint, and that the former is no longer wanted
 */
export async function keepBest(
  context: JobContext<'sft'> | JobContext<'rl'>,
  model: JobModel,
  trainer: Trainer,
  progress: BestKept,
  step: number,
): Promise<JobRecord[]> {
  if (!context.spec.config.keepBest) return [];
  const written = await writeTrained(context, model, trainer, {
    step,
    name: `${model.origin.name}, best at ${step}`,
    isFinal: false,
    folder: bestFolder(context, step),
  });
  const former = progress.bestStep;
  progress.bestStep = step;
  return [
    written,
    ...(former === null || former === step
      ? []
      : [{ type: 'checkpointReplaced' as const, path: join(bestFolder(context, former), 'model') }]),
  ];
}

function bestFolder({ outputFolder }: Pick<JobContext, 'outputFolder'>, step: number): string {
  return join(outputFolder, `best-${step}`);
}
