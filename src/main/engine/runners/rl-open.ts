import { countParameters } from '@core/models/decoder/parameters';
import type { Question } from '@core/tasks/question';
import type { Trainer } from '@core/train/trainer';
import type { JobContext } from '../job-context';
import { openJobModel, type JobModel } from './open-model';
import { openJudge, type Judge } from './open-judge';
import { openReference, type Reference } from './reference';
import { trainerSettings } from './tuning';

/** Everything that reinforcement learning holds in memory. */
export interface OpenedRl {
  readonly model: JobModel;
  readonly reference: Reference | null;
  readonly judge: Judge | null;
  readonly trainer: Trainer;
  dispose(): Promise<void>;
}

/** What a chat template puts around a question, at most. */
const TEMPLATE_TOKENS = 64;

/** Opens the model, the model that it began with, the judge and the trainer. Before a state is restored: the reference is the beginning. */
export async function openRl(
  context: Pick<JobContext<'rl'>, 'job' | 'spec' | 'stateFolder' | 'cancel' | 'log' | 'noteDevice'>,
  questions: readonly Question[],
): Promise<OpenedRl> {
  const { config } = context.spec;
  const model = await openJobModel(context, {
    maxRows: config.questionsPerIteration * config.pathsPerQuestion,
    precision: config.decodePrecision,
  });
  const { config: modelConfig } = model.language;
  const hasReference = config.klCoefficient > 0;
  const settings = trainerSettings(context, config, {
    model: modelConfig,
    newRows: model.tokens?.all ?? [],
    rowTokens: Math.min(modelConfig.maxPositions, longestPrompt(model, questions) + config.maxNewTokens),
    loss: `policy-${config.klEstimator}`,
    besides: 4 * countParameters(modelConfig) * (Number(hasReference) + Number(context.job.judge !== null)),
  });
  const reference = hasReference ? await openReference(context, model.executor, settings.maxTokensPerMicroBatch) : null;
  const judge = await openJudge(context.job.judge, {
    executor: model.executor,
    cancel: context.cancel,
    vocabulary: model.tokenizer.size,
  });
  const trainer = await model.language.createTrainer(settings);
  return {
    model,
    reference,
    judge,
    trainer,
    async dispose() {
      await trainer.dispose();
      await reference?.dispose();
      await judge?.dispose();
      await model.dispose();
    },
  };
}

/** Tokens of the longest question as the model reads it, roughly: what a template adds is a few dozen. */
function longestPrompt(model: JobModel, questions: readonly Question[]): number {
  const text = questions.reduce((longest, { prompt }) => (prompt.length > longest.length ? prompt : longest), '');
  return model.tokenizer.encode(text).length + TEMPLATE_TOKENS;
}
