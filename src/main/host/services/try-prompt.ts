import type { PromptTrial, TrialEvent } from '@contracts/prompts';
import { promptSteps } from '@core/prompts/ask';
import { parsePromptSet } from '@core/prompts/prompt-set';
import { answerVerifier } from '@core/tasks/verifier';
import { openModelRef } from '../jobs/prepare';
import { findCheckpoint } from '../store/repositories/checkpoints';
import type { ServiceContext } from './context';
import { tokenSetOfCheckpoint } from './models';
import { required } from './not-found';
import { changedFiles } from './prompt-sets';

type Check = Extract<TrialEvent, { type: 'finished' }>['check'];

/** Actions whose text is a check of the last step. */
const CHECKS: ReadonlySet<PromptTrial['action']> = new Set(['verify', 'confirm']);

/**
 * Tries one prompt on one question: the model of the search writes the step as a search would, and what the checker would say of it is said.
 * @throws WorkbenchError `prompt-set-missing`, `prompt-set-invalid`, and those of `SessionDesk.ask`
 */
export async function* tryPrompt(
  context: ServiceContext,
  trial: PromptTrial,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrialEvent, undefined, void> {
  const { db, sessions } = context;
  const { checkpointId, action, question, temperature, maxTokens, seed } = trial;
  const checkpoint = required(findCheckpoint(db, checkpointId), 'This checkpoint');
  const { parameterCount } = checkpoint;
  const steps = promptSteps(trial.steps, tokenSetOfCheckpoint(checkpoint));
  const files = changedFiles(context, trial.from, trial.texts);
  const prompts = parsePromptSet(files);
  const about = { question: question.prompt, steps, ...(CHECKS.has(action) && { wrong: steps.slice(-1), right: [] }) };
  yield { type: 'opening' };
  yield { type: 'asked', ...prompts.render(action, about) };
  const model = { checkpointId, model: openModelRef(db, checkpointId), precision: 'fp32' as const, parameterCount };
  const request = { files, action, prompt: question.prompt, steps, temperature, maxTokens, seed };
  for await (const event of sessions.writeStep(model, request, signal)) {
    if (event.type === 'stepWritten') {
      yield { type: 'written', text: event.text };
      continue;
    }
    const { text, isTruncated, tokens, seconds } = event;
    const isLast = action === 'direct_answer' || (action === 'next_step' && prompts.isFinal(text));
    const said =
      isLast && question.referenceAnswer !== '' ? answerVerifier.verify(text, question.referenceAnswer) : null;
    const check: Check = CHECKS.has(action) ? (prompts.verdictOf(text) ?? 'none') : null;
    const verdict = said && { answer: said.answer, isRight: said.isRight, why: said.why };
    yield { type: 'finished', text, isTruncated, tokens, seconds, verdict, check };
  }
  return undefined;
}
