import type { EvaluationItem } from '@contracts/evaluations';
import type { QuestionRow } from '@contracts/questions';
import { leftOutTokens, type EvaluateConfig } from '@core/eval/evaluate-config';
import type { GenerationRequest } from '@core/generation/generator';
import type { CancelToken } from '@core/ports';
import { answerVerifier } from '@core/tasks/verifier';
import type { JobModel } from './open-model';

/**
 * One answer to each question, always the most probable token, nothing masked unless asked: what the model does by itself.
 * The tuned model's functional tokens stay visible in the stored response.
 */
export async function answerGreedily(
  model: JobModel,
  config: Pick<EvaluateConfig, 'maxNewTokens' | 'responsePrefix' | 'constrained'> &
    Partial<Pick<EvaluateConfig, 'withoutToken'>>,
  questions: readonly QuestionRow[],
  cancel: CancelToken,
  onAnswer: () => void,
): Promise<EvaluationItem[]> {
  const limits = answerLimits(model, config);
  return Promise.all(
    questions.map(async (question) => {
      const prefix = [
        ...model.tokenizer.encodeChat([{ role: 'user', content: question.prompt }], { addGenerationPrompt: true }),
      ];
      const begun = config.responsePrefix === '' ? [] : [...model.tokenizer.encode(config.responsePrefix)];
      const prefixIds = [...prefix, ...begun];
      // A question that the model cannot read is one without an answer, not the end of the job.
      const { ids } =
        prefixIds.length > model.generator.maxContext
          ? { ids: [] }
          : await model.generator.generate({
              prefixIds,
              maxNewTokens: config.maxNewTokens,
              temperature: 0,
              stopIds: model.tokenizer.eosIds,
              ...limits(),
              cancel,
            });
      const written = model.decodeResponse(ids);
      const verdict = answerVerifier.verify(written, question.referenceAnswer);
      onAnswer();
      return {
        questionId: question.id,
        prompt: question.prompt,
        referenceAnswer: question.referenceAnswer,
        response: config.responsePrefix === '' ? written : `${config.responsePrefix} ${written}`,
        answer: verdict.answer,
        isRight: verdict.isRight,
        why: verdict.why,
        tokens: ids.length,
      };
    }),
  );
}

/** What an answer may not hold by the settings: illegal steps, steps of a kind that is left out. Called for each answer. */
export function answerLimits(
  model: JobModel,
  {
    constrained,
    withoutToken = 'none',
  }: Pick<EvaluateConfig, 'constrained'> & Partial<Pick<EvaluateConfig, 'withoutToken'>>,
): () => Pick<GenerationRequest, 'constraint' | 'bannedIds'> {
  const { tokens } = model;
  if (tokens === null) return () => ({});
  const without = leftOutTokens({ withoutToken }, tokens.set);
  if (constrained) return () => ({ constraint: model.responseConstraint(without) });
  const bannedIds = without.map((name) => tokens.open[name]!);
  return () => ({ bannedIds });
}
