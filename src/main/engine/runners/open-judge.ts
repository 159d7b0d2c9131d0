import type { ModelRef } from '@contracts/engine-protocol';
import { WorkbenchError } from '@core/errors';
import type { CancelToken, GraphExecutor } from '@core/ports';
import { functionalTokenIds } from '@core/tokens/token-ids';
import { judgeResponses, type JudgeableResponse } from '@core/train/prm/judge';
import { openLanguageModel } from '../language-model';

/** A process reward model at work. */
export interface Judge {
  /** How promising each response looks after the question and after each step: [steps + 1] each, in [0, 1]. */
  judge(responses: readonly JudgeableResponse[]): Promise<readonly (readonly number[])[]>;
  dispose(): Promise<void>;
}

/** Tokens that a judge reads at once. */
const TOKENS_AT_ONCE = 4096;

/**
 * Opens the process reward model of a job; null where it has none.
 * @param vocabulary size of the model whose responses are judged: both must read the same ids
 * @throws WorkbenchError `value-head-missing`, `judge-vocabulary`
 */
export async function openJudge(
  ref: ModelRef | null,
  options: { readonly executor: GraphExecutor; readonly cancel: CancelToken; readonly vocabulary: number },
): Promise<Judge | null> {
  if (ref === null) return null;
  const language = await openLanguageModel(ref.path, options);
  try {
    if (!language.config.hasValueHead)
      throw refuse(`"${ref.name}" has no head that judges steps.`, 'value-head-missing');
    if (language.tokenizer.size !== options.vocabulary)
      throw refuse(
        `"${ref.name}" reads ${language.tokenizer.size} tokens, and the model that it is to judge writes ${options.vocabulary}.`,
        'judge-vocabulary',
      );
    const tokens = functionalTokenIds(language.tokenizer);
    const trainer = await language.createTrainer({ mode: { kind: 'frozen' }, maxTokensPerMicroBatch: TOKENS_AT_ONCE });
    return {
      judge: (responses) => judgeResponses(responses, tokens, (rows) => trainer.values(rows)),
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

function refuse(message: string, code: string): WorkbenchError {
  return new WorkbenchError('precondition', message, {
    code,
    kept: 'Nothing was changed.',
    wayOut: 'Train a process reward model from this model, or choose another one.',
  });
}
