import { WorkbenchError } from '@core/errors';
import type { GraphExecutor } from '@core/ports';
import type { JobContext } from '../job-context';
import { openLanguageModel } from '../language-model';

/** The model that RL began with, kept apart to measure how far the policy has moved. */
export interface Reference {
  /** Log-probability of every id given those before it, nats. */
  logProbs(rows: readonly { readonly ids: ArrayLike<number> }[]): Promise<readonly Float32Array[]>;
  dispose(): Promise<void>;
}

/** Opens the job's own checkpoint a second time, for scoring alone: no gradients, no moments. */
export async function openReference(
  context: Pick<JobContext, 'job' | 'cancel'>,
  executor: GraphExecutor,
  maxTokensPerMicroBatch: number,
): Promise<Reference> {
  const { model } = context.job;
  if (model === null)
    throw new WorkbenchError('internal', 'This job was started without a model.', { code: 'model-missing' });
  const language = await openLanguageModel(model.path, {
    executor,
    cancel: context.cancel,
  });
  const scorer = await language.createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch });
  return {
    logProbs: (rows) => scorer.logProbs(rows),
    dispose: async () => {
      await scorer.dispose();
      language.dispose();
    },
  };
}
