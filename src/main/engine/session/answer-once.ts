import type { AnswerEvent, PlaygroundQuestion } from '@contracts/playground';
import { WorkbenchError } from '@core/errors';
import type { CancelToken } from '@core/ports';
import { createRng } from '@core/random/rng';
import { answerVerifier } from '@core/tasks/verifier';
import type { TokenConstraint } from '@core/generation/generator';
import type { JobModel } from '../runners/open-model';
import { watchBoundaries } from './boundary-watch';

/** What was written goes out at most this often. */
const SEND_MS = 40;

export interface AnswerContext {
  readonly model: JobModel;
  readonly cancel: CancelToken;
  readonly nowMs: () => number;
  readonly send: (event: AnswerEvent) => void;
}

/**
 * One response, token by token, with the probability of each functional token where a step may begin. A forced token is part of the beginning;
 * how probable the model found it is asked first.
 * @throws WorkbenchError `functional-tokens-missing` when a token is forced on a model that has none; as `Generator.generate`
 */
export async function answerOnce(context: AnswerContext, question: PlaygroundQuestion): Promise<void> {
  const { model, cancel, nowMs, send } = context;
  const { tokenizer, generator } = model;
  const startedMs = nowMs();
  const prefix = [
    ...tokenizer.encodeChat([{ role: 'user', content: question.prompt }], { addGenerationPrompt: true }),
    ...question.begunIds,
  ];
  const begun = [...question.begunIds];
  if (question.forced !== null) {
    const forcedId = model.requireTokens().open[question.forced] ?? refuseForced(question.forced);
    const boundary = await askBoundary(model, prefix, begun.length, question.forced, cancel);
    begun.push(forcedId);
    send({ type: 'written', text: model.decodeResponse(begun), ids: [forcedId], boundaries: [boundary] });
    prefix.push(forcedId);
  }

  const written: number[] = [];
  let sent = 0;
  let sentMs = Number.NEGATIVE_INFINITY;
  const sendWritten = (): void => {
    const ids = written.slice(sent);
    sent = written.length;
    sentMs = nowMs();
    const boundaries = watch?.takeBoundaries() ?? [];
    if (ids.length > 0 || boundaries.length > 0)
      send({ type: 'written', text: model.decodeResponse([...begun, ...written]), ids, boundaries });
  };
  const note = (id: number): void => {
    written.push(id);
    if (nowMs() - sentMs >= SEND_MS) sendWritten();
  };
  const watch = model.tokens && watchBoundaries(model.tokens, begun, note);
  const result = await generator.generate({
    prefixIds: prefix,
    maxNewTokens: question.maxNewTokens,
    temperature: question.temperature,
    stopIds: tokenizer.eosIds,
    rng: createRng(question.seed).fork('playground'),
    observer: watch ?? { sampled: ({ id }) => note(id) },
    ...(question.constrained && model.tokens && { constraint: afterBeginning(model.responseConstraint(), begun) }),
    cancel,
  });
  sendWritten();
  const text = model.decodeResponse([...begun, ...result.ids]);
  const verdict = answerVerifier.verify(text, question.referenceAnswer ?? '');
  send({
    type: 'finished',
    reason: result.stopReason,
    text,
    answer: verdict.answer,
    isRight: question.referenceAnswer === null ? null : verdict.isRight,
    why: question.referenceAnswer === null ? '' : verdict.why,
    tokens: result.ids.length,
    seconds: (nowMs() - startedMs) / 1000,
  });
}

function refuseForced(name: string): never {
  throw new WorkbenchError('validation', `This model has no token “${name}”.`, {
    code: 'token-unknown',
    where: name,
    kept: 'The response so far.',
    wayOut: 'Choose one of its own tokens.',
  });
}

/** The constraint sees the whole response, not only what this request adds. */
function afterBeginning(constraint: TokenConstraint, begun: readonly number[]): TokenConstraint {
  if (begun.length === 0) return constraint;
  const whole = (newIds: readonly number[]) => [...begun, ...newIds];
  return {
    allowed: (newIds) => constraint.allowed(whole(newIds)),
    ...(constraint.forbidden && { forbidden: (newIds) => constraint.forbidden!(whole(newIds)) }),
  };
}

async function askBoundary(
  model: JobModel,
  prefixIds: readonly number[],
  at: number,
  forced: NonNullable<PlaygroundQuestion['forced']>,
  cancel: CancelToken,
) {
  const names = Object.entries(model.requireTokens().open);
  const { probeLogProbs } = await model.generator.generate({
    prefixIds,
    maxNewTokens: 0,
    temperature: 1,
    stopIds: [],
    probeIds: names.map(([, id]) => id),
    cancel,
  });
  if (!probeLogProbs) {
    throw new WorkbenchError('validation', 'The response is as long as the model can read.', {
      code: 'prefix-too-long',
      kept: 'The response so far.',
      wayOut: 'Go back to an earlier step.',
    });
  }
  return {
    at,
    probabilities: names.map(([token], i) => ({ token, probability: Math.exp(probeLogProbs[i]!) })),
    chosen: forced,
    isForced: true,
  };
}
