import type { Example, ExampleStep } from '@contracts/examples';
import { WorkbenchError } from '@core/errors';
import { createGrammar } from '@core/tokens/grammar';
import { lintSteps } from '@core/tokens/lint';
import { renderIds, type Step } from '@core/tokens/render';
import { functionalTokenIds } from '@core/tokens/token-ids';
import type { TokenSet } from '@core/tokens/token-set';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { findDataset } from '../store/repositories/examples';
import { findRun } from '../store/repositories/runs';
import { tokenSetOfDataset } from '../store/repositories/token-sets';
import type { ServiceContext } from './context';

/**
 * What an edited example is found to be: the linter's sentences, and its length in tokens of the model it was made with.
 * The old length stays where that model's files are gone.
 * @throws WorkbenchError `token-unknown` when a step names no functional token
 */
export async function measureEdit(
  context: ServiceContext,
  example: Example,
  edited: readonly ExampleStep[],
): Promise<{ problems: string[]; tokenCount: number }> {
  const set = tokenSetOfDataset(context.db, example.datasetId);
  const steps = edited.map((step) => toStep(step, set));
  return {
    problems: lintSteps(steps, createGrammar({ set })),
    tokenCount: await countTokens(context, example, steps),
  };
}

function toStep({ token, text }: ExampleStep, set: TokenSet): Step {
  if (set.find(token)) return { token, text };
  throw new WorkbenchError('validation', `“${token}” is not a functional token.`, {
    code: 'token-unknown',
    kept: 'Nothing was changed.',
    wayOut: `Choose one of ${set.names.join(', ')}.`,
  });
}

/** Tokens of the question and the response together, as the runner counts them. */
async function countTokens({ db, models }: ServiceContext, example: Example, steps: readonly Step[]): Promise<number> {
  const runId = findDataset(db, example.datasetId)?.runId;
  const checkpointId = runId ? findRun(db, runId)?.parents.checkpointId : null;
  const checkpoint = checkpointId ? findCheckpoint(db, checkpointId) : null;
  if (!checkpoint) return example.tokenCount;
  return (await countExampleTokens({ models }, checkpoint.path, example.prompt, steps)) ?? example.tokenCount;
}

/** Tokens of question and response together under a model's tokenizer; null where that cannot be read or lacks the functional tokens. */
export async function countExampleTokens(
  { models }: Pick<ServiceContext, 'models'>,
  modelPath: string,
  question: string,
  steps: readonly Step[],
): Promise<number | null> {
  try {
    const tokenizer = await models.tokenizer(modelPath);
    const prompt = tokenizer.encodeChat([{ role: 'user', content: question }], { addGenerationPrompt: true });
    const response = renderIds(steps, tokenizer, functionalTokenIds(tokenizer), { withEos: true });
    return prompt.length + response.ids.length;
  } catch (error) {
    if (error instanceof WorkbenchError) return null;
    throw error;
  }
}
