import type { QuestionRow } from '@contracts/questions';
import type { EvaluateConfig } from '@core/eval/evaluate-config';
import type { Attempt } from '@core/eval/votes';
import type { CancelToken, Rng } from '@core/ports';
import { answerVerifier } from '@core/tasks/verifier';
import { parseIds } from '@core/tokens/parse';
import { weakestStep } from '@core/train/prm/judge';
import { answerLimits } from './answer-greedily';
import { judgeAttempts, type JudgedAnswer } from './judge-attempts';
import type { Judge } from './open-judge';
import type { JobModel } from './open-model';

interface WrittenAttempt extends Attempt {
  readonly text: string;
}

/**
 * Answers by several responses, each sampled by itself, and settles on one without looking at the right answer: self-consistency (Wang 2022)
 * with the vote, best-of-n with the other choices. For any model.
 */
export async function answerBySamples(
  model: JobModel,
  config: EvaluateConfig,
  questions: readonly QuestionRow[],
  rng: Rng,
  cancel: CancelToken,
  onAnswer: () => void,
  judge: Judge | null,
): Promise<JudgedAnswer[]> {
  const begun = config.responsePrefix === '' ? [] : [...model.tokenizer.encode(config.responsePrefix)];
  const limits = answerLimits(model, config);
  return Promise.all(
    questions.map(async (question) => {
      const chat = model.tokenizer.encodeChat([{ role: 'user', content: question.prompt }], {
        addGenerationPrompt: true,
      });
      const prefixIds = [...chat, ...begun];
      const draws = rng.fork(`question:${question.id}`);
      const isReadable = prefixIds.length <= model.generator.maxContext;
      let tokens = 0;
      const results = await Promise.all(
        Array.from({ length: isReadable ? config.numSimulations : 0 }, (_, path) =>
          model.generator.generate({
            prefixIds,
            maxNewTokens: config.maxNewTokens,
            temperature: config.temperature,
            stopIds: model.tokenizer.eosIds,
            ...limits(),
            rng: draws.fork(`path:${path}`),
            cancel,
          }),
        ),
      );
      const scores = await judgeTexts(model, prefixIds, results, judge);
      const attempts = results.map(({ ids, logProbs }, i) => {
        const text = model.decodeResponse(ids);
        const { answer, isRight } = answerVerifier.verify(text, question.referenceAnswer);
        tokens += ids.length;
        const confidence = logProbs.reduce((sum, value) => sum + value, 0) / Math.max(1, ids.length);
        const attempt: WrittenAttempt = { answer, isRight, confidence, process: scores?.[i] ?? null, text };
        return { attempt, tokens };
      });
      onAnswer();
      return judgeAttempts(question, attempts, config, ({ text }) =>
        config.responsePrefix === '' ? text : `${config.responsePrefix} ${text}`,
      );
    }),
  );
}

/** What a process reward model says of each response: its weakest step. Null without one, or where the responses have no steps. */
async function judgeTexts(
  { tokenizer, tokens }: JobModel,
  prefixIds: readonly number[],
  results: readonly { readonly ids: Int32Array }[],
  judge: Judge | null,
): Promise<number[] | null> {
  if (judge === null || tokens === null) return null;
  const judged = await judge.judge(
    results.map(({ ids }) => ({
      ids: [...prefixIds, ...ids],
      promptLength: prefixIds.length,
      steps: parseIds(ids, tokenizer, tokens).steps.map(({ token, start, end }) => ({
        token,
        start: prefixIds.length + start,
        end: prefixIds.length + end,
      })),
    })),
  );
  return judged.map(weakestStep);
}
