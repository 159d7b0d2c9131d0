import type { ModelRef } from '@contracts/engine-protocol';
import type { ErrorCode } from '@core/error-codes';
import { WorkbenchError } from '@core/errors';
import type { CancelToken, GraphExecutor } from '@core/ports';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { judgePaths, judgeResponses, type JudgeablePath, type JudgeableResponse } from '@core/train/prm/judge';
import { openLanguageModel } from '../language-model';
import { gatherCalls } from './gather-calls';
import { readBlend, scoresOf } from './scores-of';

/** A process reward model at work. */
export interface Judge {
  /** How promising each response looks after the question and after each step: [steps + 1] each, in [0, 1]. */
  judge(responses: readonly JudgeableResponse[]): Promise<readonly (readonly number[])[]>;
  /** The same of paths as text, in the judge's own tokens; null for one that is too long for it. */
  judgePaths(paths: readonly JudgeablePath[]): Promise<readonly (readonly number[] | null)[]>;
  dispose(): Promise<void>;
}

/** Tokens that a judge reads at once. */
const TOKENS_AT_ONCE = 4096;

/**
 * Opens the process reward model of a job; null where it has none.
 * @param vocabulary size of the model whose responses are judged: both must read the same ids. Null where only texts are judged
 * @throws WorkbenchError `value-head-missing`, `judge-vocabulary`
 */
export async function openJudge(
  ref: ModelRef | null,
  options: { readonly executor: GraphExecutor; readonly cancel: CancelToken; readonly vocabulary: number | null },
): Promise<Judge | null> {
  if (ref === null) return null;
  const language = await openLanguageModel(ref.path, options);
  try {
    if (!language.config.hasValueHead)
      throw refuse(`"${ref.name}" has no head that judges steps.`, 'value-head-missing');
    if (options.vocabulary !== null && language.tokenizer.size !== options.vocabulary)
      throw refuse(
        `"${ref.name}" reads ${language.tokenizer.size} tokens, and the model that it is to judge writes ${options.vocabulary}.`,
        'judge-vocabulary',
      );
    const tokens = functionalTokenIds(language.tokenizer);
    const trainer = await language.createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch: TOKENS_AT_ONCE });
    const { tokenizer, config } = language;
    const scores = gatherCalls(scoresOf(trainer, await readBlend(ref.path)));
    return {
      judge: (responses) => judgeResponses(responses, tokens, scores),
      judgePaths: (paths) => judgePaths(paths, { tokenizer, tokens, longest: config.maxPositions }, scores),
      dispose: async () => {
        await trainer.dispose();
        language.dispose();
      },
    };
  } catch (error) {
    language.dispose();
    throw error;
  }
}

function refuse(message: string, code: ErrorCode): WorkbenchError {
  return new WorkbenchError('precondition', message, {
    code,
    kept: 'Nothing was changed.',
    wayOut: 'Train a process reward model from this model, or choose another one.',
  });
}
