import type { SessionSetup } from '@contracts/engine-protocol';
import type { CheckpointId } from '@contracts/ids';
import type { PlaygroundEvent, PlaygroundQuestion, PlaygroundSession } from '@contracts/playground';
import type { StepEvent, StepRequest } from '@contracts/prompts';
import { WorkbenchError } from '@core/errors';
import type { SpawnEngine } from './engine-child';
import { openModelSession, type ModelSession } from './model-session';

/** A model that nobody asks is closed after this. */
const IDLE_MS = 5 * 60_000;
/** Two models side by side; a third one takes the place of the one that was asked least recently. */
const MAX_SESSIONS = 2;
/** What a session holds besides its weights: the program, graphs, keys and values. */
const SESSION_BYTES = 350e6;

export interface SessionDeskDeps {
  readonly spawnEngine: SpawnEngine;
  readonly nowMs: () => number;
  /** Whether a run has the engine or waits for it. */
  readonly isJobWorking: () => boolean;
  readonly freeMemoryBytes: () => number;
  /** What an engine may use of the machine while nothing else runs. */
  readonly share: () => { readonly threads: number; readonly gentle: boolean };
  readonly promptsFolder: string;
  readonly idleMs?: number;
}

/** Which model is asked, and how it computes. */
export interface SessionModel {
  readonly checkpointId: CheckpointId;
  readonly model: SessionSetup['model'];
  readonly precision: SessionSetup['precision'];
  readonly parameterCount: number;
}

interface Entry {
  readonly checkpointId: CheckpointId;
  readonly precision: SessionSetup['precision'];
  readonly threads: number;
  readonly isBesideRun: boolean;
  readonly session: ModelSession;
  usedAtMs: number;
  /** Questions that wait for it or are answered by it. */
  asks: number;
  timer: ReturnType<typeof setTimeout> | undefined;
  /** Ends after the answer that is under way: a run has begun. */
  isLeaving: boolean;
}

/**
 * Keeps models of the playground open, each in an engine process of its own, beside the one that runs jobs.
 *
 * A run comes first. When one begins, models that nobody asks are closed and their memory is the run's; one that answers ends its answer first.
 * While a run goes on a model can still be asked: it opens on one thread at a lower priority, so the run keeps the machine and the answer waits.
 */
export class SessionDesk {
  readonly #deps: SessionDeskDeps;
  #entries: Entry[] = [];
  #isClosed = false;

  constructor(deps: SessionDeskDeps) {
    this.#deps = deps;
  }

  /** @throws WorkbenchError `session-memory`, `session-lost`, and what the engine refuses */
  async *ask(
    wanted: SessionModel,
    question: PlaygroundQuestion,
    signal?: AbortSignal,
  ): AsyncGenerator<PlaygroundEvent, undefined, void> {
    yield { type: 'opening' };
    yield* this.#serve<PlaygroundEvent>(
      wanted,
      (session) => session.ask(question, signal),
      signal,
      (entry) => {
        const { threads, isBesideRun, session } = entry;
        return { type: 'ready', memoryBytes: session.memoryBytes, threads, isBesideRun };
      },
    );
    return undefined;
  }

  /** One step that a prompt asks for. @throws as `ask` */
  async *writeStep(
    wanted: SessionModel,
    request: StepRequest,
    signal?: AbortSignal,
  ): AsyncGenerator<StepEvent, undefined, void> {
    yield* this.#serve<StepEvent>(wanted, (session) => session.writeStep(request, signal), signal);
    return undefined;
  }

  /** Keeps a model open while it answers. @param ready what is said first, once the model stands ready */
  async *#serve<E>(
    wanted: SessionModel,
    start: (session: ModelSession) => AsyncGenerator<E, undefined, void>,
    signal: AbortSignal | undefined,
    ready?: (entry: Entry) => E,
  ): AsyncGenerator<E, undefined, void> {
    const entry = this.#find(wanted) ?? this.#open(wanted);
    clearTimeout(entry.timer);
    entry.usedAtMs = this.#deps.nowMs();
    entry.asks += 1;
    const answer = start(entry.session);
    try {
      await untilAborted(entry.session.opened, signal);
      if (signal?.aborted) return undefined;
      if (ready) yield ready(entry);
      yield* answer;
      return undefined;
    } finally {
      await answer.return(undefined);
      entry.asks -= 1;
      this.#rest(entry);
    }
  }

  list(): PlaygroundSession[] {
    const idleMs = this.#deps.idleMs ?? IDLE_MS;
    return this.#living().map(({ checkpointId, precision, threads, session, usedAtMs, asks }) => ({
      checkpointId,
      precision,
      threads,
      memoryBytes: session.memoryBytes,
      isAnswering: asks > 0,
      closesAtMs: asks > 0 ? null : usedAtMs + idleMs,
    }));
  }

  /** Gives a checkpoint's memory back now; answers under way end with `session-lost`. */
  close(checkpointId: CheckpointId): number {
    const closing = this.#living().filter((entry) => entry.checkpointId === checkpointId);
    for (const entry of closing) this.#end(entry);
    return closing.length;
  }

  /** A run begins: its memory goes first. */
  makeWay(): void {
    for (const entry of this.#living()) {
      if (entry.isBesideRun) continue;
      if (entry.asks === 0) this.#end(entry);
      else entry.isLeaving = true;
    }
  }

  closeAll(): void {
    this.#isClosed = true;
    for (const entry of this.#living()) this.#end(entry);
  }

  #living(): Entry[] {
    this.#entries = this.#entries.filter(({ session }) => !session.isOver);
    return [...this.#entries];
  }

  #find({ checkpointId, precision }: SessionModel): Entry | undefined {
    const found = this.#living().find(
      (entry) => entry.checkpointId === checkpointId && entry.precision === precision && !entry.isLeaving,
    );
    // A model opened beside a run is slow on purpose; once the run is over it is opened anew with the whole machine.
    if (found?.isBesideRun && found.asks === 0 && !this.#deps.isJobWorking()) {
      this.#end(found);
      return undefined;
    }
    return found;
  }

  #open({ checkpointId, model, precision, parameterCount }: SessionModel): Entry {
    const { spawnEngine, nowMs, isJobWorking, share, promptsFolder } = this.#deps;
    if (this.#isClosed) throw closing();
    this.#makeRoom();
    this.#requireMemory(model.name, parameterCount);
    const isBesideRun = isJobWorking();
    const machine = share();
    const threads = isBesideRun ? 1 : machine.threads;
    const gentle = isBesideRun || machine.gentle;
    const session = openModelSession(spawnEngine(), { model, precision, threads, gentle, promptsFolder });
    const entry: Entry = {
      checkpointId,
      precision,
      threads,
      isBesideRun,
      session,
      usedAtMs: nowMs(),
      asks: 0,
      timer: undefined,
      isLeaving: false,
    };
    this.#entries.push(entry);
    return entry;
  }

  /** Closes the model that was asked least recently where there are as many as may be; one that answers stays. */
  #makeRoom(): void {
    const living = this.#living();
    if (living.length < MAX_SESSIONS) return;
    const [oldest] = living.filter(({ asks }) => asks === 0).toSorted((a, b) => a.usedAtMs - b.usedAtMs);
    if (oldest) this.#end(oldest);
  }

  #requireMemory(name: string, parameterCount: number): void {
    // Weights are held as float32 whatever the precision; coarser copies are smaller than what they spare elsewhere.
    const needed = parameterCount * 4 * 1.3 + SESSION_BYTES;
    const free = this.#deps.freeMemoryBytes();
    if (needed <= free) return;
    throw new WorkbenchError(
      'resource',
      `“${name}” needs about ${gigabytes(needed)} of memory and ${gigabytes(free)} are free.`,
      {
        code: 'session-memory',
        where: 'playground',
        kept: 'The question and the settings. Nothing was opened.',
        wayOut: this.#deps.isJobWorking()
          ? 'Wait until the run is over, or pause it, and ask again.'
          : 'Close other programs, or try a smaller model.',
        details: { neededBytes: needed, freeBytes: free },
      },
    );
  }

  /** After an answer: the model stays warm for a while, unless a run wants its memory. */
  #rest(entry: Entry): void {
    const { nowMs, idleMs = IDLE_MS } = this.#deps;
    if (entry.session.isOver || entry.asks > 0) return;
    if (entry.isLeaving || this.#isClosed) {
      this.#end(entry);
      return;
    }
    entry.usedAtMs = nowMs();
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.#end(entry), idleMs);
    entry.timer.unref();
  }

  #end(entry: Entry): void {
    clearTimeout(entry.timer);
    entry.session.close();
    this.#entries = this.#entries.filter((each) => each !== entry);
  }
}

/** The promise, or nothing once the signal aborts. */
function untilAborted(promise: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
    promise.then(resolve, reject);
  });
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

function closing(): WorkbenchError {
  return new WorkbenchError('cancelled', 'The workbench is being closed.', {
    code: 'host-closing',
    kept: 'Everything that is stored.',
    wayOut: 'Open it again.',
  });
}
