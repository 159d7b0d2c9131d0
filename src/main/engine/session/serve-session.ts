import type { FromEngine, SessionEvent, SessionSetup, ToEngine } from '@contracts/engine-protocol';
import type { ErrorEnvelope } from '@contracts/errors';
import { CancelledError, toEnvelope } from '@core/errors';
import type { JobModel } from '../runners/open-model';
import { answerByTree } from './answer-by-tree';
import { answerOnce, type AnswerContext } from './answer-once';
import { openSessionModel } from './session-model';
import { writeStep } from './write-step';

type Ask = Extract<ToEngine, { type: 'ask' | 'askStep' }>;
type Question = Extract<ToEngine, { type: 'ask' }>['question'];

export interface SessionEnvironment {
  readonly nowMs: () => number;
  readonly memoryBytes: () => number | null;
  readonly lowerPriority: () => void;
  readonly post: (message: FromEngine) => void;
}

/** A session as the engine's channel sees it. */
export interface Session {
  ask(message: Ask): void;
  stop(ask: number): void;
}

const ANSWERS: Readonly<
  Record<Question['mode'], (context: AnswerContext & { promptsFolder: string }, question: Question) => Promise<void>>
> = { answer: answerOnce, search: answerByTree };

/**
 * Keeps one model open and answers whatever is asked of it, any number at a time: they share decoding steps. It never ends by itself; who opened
 * it ends its process. A failure to open is said once, and every ask then fails with it.
 */
export function serveSession(setup: SessionSetup, environment: SessionEnvironment): Session {
  const { nowMs, memoryBytes, post } = environment;
  const stops = new Map<number, AbortController>();
  if (setup.gentle) environment.lowerPriority();
  const opened = open(setup, environment);

  const answer = async (message: Ask, signal: AbortSignal): Promise<void> => {
    const { ask } = message;
    const context = {
      model: await opened,
      nowMs,
      promptsFolder: setup.promptsFolder,
      send: (event: SessionEvent) => post({ type: 'answer', ask, event }),
      cancel: {
        get aborted() {
          return signal.aborted;
        },
        throwIfAborted() {
          if (signal.aborted) throw new CancelledError();
        },
      },
    };
    if (message.type === 'askStep') await writeStep(context, message.request);
    else await ANSWERS[message.question.mode](context, message.question);
  };

  return {
    ask(message) {
      const stop = new AbortController();
      stops.set(message.ask, stop);
      answer(message, stop.signal)
        .then(
          () => null,
          (error: unknown) => (stop.signal.aborted ? null : (toEnvelope(error) as ErrorEnvelope)),
        )
        .then((error) => {
          stops.delete(message.ask);
          post({ type: 'answerEnded', ask: message.ask, memoryBytes: memoryBytes() ?? 0, error });
        })
        // Nothing above throws but a channel that is gone, and then there is nobody to tell.
        .catch(() => undefined);
    },
    stop(ask) {
      stops.get(ask)?.abort();
    },
  };
}

async function open(setup: SessionSetup, { post, memoryBytes }: SessionEnvironment): Promise<JobModel> {
  const opening = openSessionModel(setup);
  opening.then(
    () => post({ type: 'sessionOpened', memoryBytes: memoryBytes() ?? 0 }),
    (error: unknown) => post({ type: 'sessionFailed', error: toEnvelope(error) as ErrorEnvelope }),
  );
  return opening;
}
