import type { StepEvent, StepRequest } from '@contracts/prompts';
import { ask } from '@core/prompts/ask';
import { parsePromptSet } from '@core/prompts/prompt-set';
import { createRng } from '@core/random/rng';
import type { AnswerContext } from './answer-once';

/** What was written goes out at most this often. */
const SEND_MS = 40;

/** Actions that are about the last step: what is asked is whether it is wrong. */
const CHECKS: ReadonlySet<StepRequest['action']> = new Set(['verify', 'confirm']);

/** Writes one step to a prompt exactly as a search does, and shows it as it comes. */
export async function writeStep(
  { model, cancel, nowMs, send }: Omit<AnswerContext, 'send'> & { readonly send: (event: StepEvent) => void },
  { files, action, prompt, steps, temperature, maxTokens, seed }: StepRequest,
): Promise<void> {
  const { generator, tokenizer } = model;
  const startedMs = nowMs();
  const written: number[] = [];
  let sentMs = Number.NEGATIVE_INFINITY;
  const note = (id: number): void => {
    written.push(id);
    if (nowMs() - sentMs < SEND_MS) return;
    sentMs = nowMs();
    send({ type: 'stepWritten', text: tokenizer.decode(written, { skipSpecials: true }) });
  };
  const facts = { question: prompt, steps, ...(CHECKS.has(action) && { wrong: steps.slice(-1), right: [] }) };
  const { text, newTokens, isTruncated } = await ask(
    { generator, tokenizer, prompts: parsePromptSet(files) },
    action,
    facts,
    {
      temperature,
      maxTokens,
      rng: createRng(seed).fork('try-out'),
      cancel,
      observer: { sampled: ({ id }) => note(id) },
    },
  );
  send({ type: 'stepFinished', text, isTruncated, tokens: newTokens, seconds: (nowMs() - startedMs) / 1000 });
}
