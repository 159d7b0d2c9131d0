import { FromEngine, type SessionEvent, type SessionSetup, type ToEngine } from '@contracts/engine-protocol';
import type { ErrorEnvelope } from '@contracts/errors';
import type { AnswerEvent, PlaygroundQuestion } from '@contracts/playground';
import type { StepEvent, StepRequest } from '@contracts/prompts';
import { WorkbenchError, fromEnvelope, toEnvelope, type ErrorEnvelope as CoreEnvelope } from '@core/errors';
import type { EngineChild, EngineExit } from './engine-child';

/** One question on its way. */
interface OpenAsk {
  readonly onEvent: (event: SessionEvent) => void;
  readonly onEnd: (error: ErrorEnvelope | null) => void;
}

/** A model that an engine process keeps open. */
export interface ModelSession {
  /** Resolves once the model is read. @throws the reason why it could not be */
  readonly opened: Promise<void>;
  readonly isOver: boolean;
  /** Of its process, as it last said; 0 before. */
  readonly memoryBytes: number;
  /** Events until the answer ended. Aborting stops it. @throws what the engine refuses; `session-lost` */
  ask(question: PlaygroundQuestion, signal: AbortSignal | undefined): AsyncGenerator<AnswerEvent, undefined, void>;
  /** The same for one step that a prompt asks for. */
  writeStep(request: StepRequest, signal: AbortSignal | undefined): AsyncGenerator<StepEvent, undefined, void>;
  /** Ends the process; answers under way fail. */
  close(): void;
}

/** Opens a model in `child`. */
export function openModelSession(child: EngineChild, setup: SessionSetup): ModelSession {
  const opened = Promise.withResolvers<void>();
  // Whoever asks hears of a failure; that nobody asks is no reason to end the host.
  opened.promise.catch(() => undefined);
  const asks = new Map<number, OpenAsk>();
  let nextAsk = 1;
  let memoryBytes = 0;
  let isOver = false;
  /** Why nothing can be asked any more. */
  let failure: ErrorEnvelope | null = null;

  const end = (error: WorkbenchError): void => {
    isOver = true;
    opened.reject(error);
    failure ??= toEnvelope(error) as ErrorEnvelope;
    for (const { onEnd } of [...asks.values()]) onEnd(failure);
  };
  child.onMessage((raw) => {
    const message = FromEngine.safeParse(raw);
    if (!message.success) {
      end(notUnderstood(message.error.message));
      child.kill();
      return;
    }
    const { data } = message;
    if (data.type === 'sessionOpened') {
      memoryBytes = data.memoryBytes;
      opened.resolve();
    } else if (data.type === 'sessionFailed') {
      end(thrown(data.error));
      child.kill();
    } else if (data.type === 'answer') {
      asks.get(data.ask)?.onEvent(data.event);
    } else if (data.type === 'answerEnded') {
      memoryBytes = data.memoryBytes;
      asks.get(data.ask)?.onEnd(data.error);
    }
  });
  child.onExit((exit) => end(lost(exit)));
  child.post({ type: 'openSession', session: setup });

  /** Sends something that is answered, and hands on what comes back. */
  async function* send(
    messageOf: (ask: number) => ToEngine,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<SessionEvent, undefined, void> {
    const ask = nextAsk++;
    const events: SessionEvent[] = [];
    let ended: { readonly error: ErrorEnvelope | null } | null = failure ? { error: failure } : null;
    let wake: (() => void) | null = null;
    const stop = () => {
      child.post({ type: 'stopAsk', ask });
      wake?.();
    };
    asks.set(ask, {
      onEvent: (event) => {
        events.push(event);
        wake?.();
      },
      onEnd: (error) => {
        ended = { error };
        wake?.();
      },
    });
    signal?.addEventListener('abort', stop, { once: true });
    try {
      child.post(messageOf(ask));
      while (!signal?.aborted) {
        const next = events.shift();
        if (next) {
          yield next;
        } else if (ended !== null) {
          const { error } = ended as { error: ErrorEnvelope | null };
          if (error) throw thrown(error);
          return undefined;
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
          wake = null;
        }
      }
      return undefined;
    } finally {
      // A reader that left before the end has nobody else to stop the answer.
      if (ended === null) child.post({ type: 'stopAsk', ask });
      asks.delete(ask);
      signal?.removeEventListener('abort', stop);
    }
  }

  return {
    opened: opened.promise,
    get isOver() {
      return isOver;
    },
    get memoryBytes() {
      return memoryBytes;
    },
    // Holds because the process answers each ask with events of its own kind.
    ask: (question, signal) =>
      send((ask) => ({ type: 'ask', ask, question }), signal) as AsyncGenerator<AnswerEvent, undefined, void>,
    writeStep: (request, signal) =>
      send((ask) => ({ type: 'askStep', ask, request }), signal) as AsyncGenerator<StepEvent, undefined, void>,
    close() {
      isOver = true;
      child.kill();
    },
  };
}

/** Core's envelope and the contract's differ only in how they write an absent field. */
function thrown(error: ErrorEnvelope): WorkbenchError {
  return fromEnvelope(error as CoreEnvelope);
}

function lost({ code, signal, lastWords }: EngineExit): WorkbenchError {
  const isMemory = signal === 'SIGKILL' || /out of memory|bad_alloc|heap limit/i.test(lastWords);
  return new WorkbenchError(
    isMemory ? 'resource' : 'external',
    isMemory
      ? 'The process with this model was ended by the system, most often because memory ran out.'
      : 'The process with this model stopped unexpectedly.',
    {
      code: 'session-lost',
      where: 'playground',
      kept: 'The question, the settings and every answer that is shown. Runs are not touched: they have processes of their own.',
      wayOut: isMemory
        ? 'Close other programs or the other model here and ask again, or choose int8, which needs less.'
        : 'Ask again: the model is opened anew.',
      details: { code, signal },
    },
    { cause: lastWords || undefined },
  );
}

function notUnderstood(details: string): WorkbenchError {
  return new WorkbenchError(
    'internal',
    'The process with this model sent something that the workbench does not understand.',
    {
      code: 'engine-protocol',
      where: 'playground',
      kept: 'The question and the settings.',
      wayOut: 'Ask again. If it comes back, report the technical text.',
    },
    { cause: details },
  );
}
