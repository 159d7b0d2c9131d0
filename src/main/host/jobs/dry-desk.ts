import { FromEngine, type EngineJob } from '@contracts/engine-protocol';
import type { DryMeasure, DryPhase } from '@contracts/dry-step';
import { fromEnvelope, WorkbenchError, type ErrorEnvelope as CoreEnvelope } from '@core/errors';
import type { EngineChild, EngineExit, SpawnEngine } from './engine-child';

export type DryNews =
  { readonly type: 'phase'; readonly phase: DryPhase } | { readonly type: 'measured'; readonly measure: DryMeasure };

/** A dry step that is neither done nor failed by then will not help anybody. */
const DEADLINE_MS = 180_000;

/**
 * Makes dry steps, one at a time: a newer one takes the place of one that is under way, and a run that begins takes the place of any. A dry step
 * lives in an engine process of its own, which is ended when nobody wants its answer any more.
 */
export class DryDesk {
  readonly #spawn: SpawnEngine;
  #stop: ((why: WorkbenchError) => void) | null = null;

  constructor(spawn: SpawnEngine) {
    this.#spawn = spawn;
  }

  /**
   * News until what was measured; aborting ends the process.
   * @throws WorkbenchError `dry-step-lost`, `dry-step-replaced`, and what the engine refuses
   */
  async *measure(job: EngineJob, signal: AbortSignal | undefined): AsyncGenerator<DryNews, undefined, void> {
    this.makeWay(replaced());
    const child = this.#spawn();
    const news: DryNews[] = [];
    const failures: WorkbenchError[] = [];
    let wake: (() => void) | null = null;
    const stop = (why: WorkbenchError): void => {
      failures.push(why);
      wake?.();
    };
    const onAbort = (): void => wake?.();
    this.#stop = stop;
    const timer = setTimeout(() => stop(tooSlow()), DEADLINE_MS);
    signal?.addEventListener('abort', onAbort, { once: true });
    const onNews = (one: DryNews): void => {
      news.push(one);
      wake?.();
    };
    listen(child, onNews, stop);
    try {
      child.post({ type: 'dryStep', job });
      while (!signal?.aborted) {
        const next = news.shift();
        const [failure] = failures;
        if (next) {
          yield next;
          if (next.type === 'measured') return undefined;
        } else if (failure) {
          throw failure;
        } else {
          await new Promise<void>((resolve) => (wake = resolve));
          wake = null;
        }
      }
      return undefined;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      if (this.#stop === stop) this.#stop = null;
      child.kill();
    }
  }

  /** Stops the dry step that is under way, if any. */
  makeWay(why: WorkbenchError = disturbed()): void {
    this.#stop?.(why);
    this.#stop = null;
  }
}

function listen(child: EngineChild, onNews: (news: DryNews) => void, onFailure: (error: WorkbenchError) => void): void {
  child.onMessage((raw) => {
    const message = FromEngine.safeParse(raw);
    if (!message.success) onFailure(lost({ code: null, signal: null, lastWords: message.error.message }));
    else if (message.data.type === 'dryPhase') onNews({ type: 'phase', phase: message.data.phase });
    else if (message.data.type === 'dryMeasured') onNews({ type: 'measured', measure: message.data.measure });
    // Core's envelope and the contract's differ only in how they write an absent field.
    else if (message.data.type === 'dryFailed') onFailure(fromEnvelope(message.data.error as CoreEnvelope));
  });
  child.onExit((exit) => onFailure(lost(exit)));
}

const KEPT = 'Your choices. A dry step changes nothing.';

function lost({ code, signal, lastWords }: EngineExit): WorkbenchError {
  const isMemory = signal === 'SIGKILL' || /out of memory|bad_alloc|heap limit/i.test(lastWords);
  return new WorkbenchError(
    isMemory ? 'resource' : 'external',
    isMemory
      ? 'The dry step was ended by the system, most often because memory ran out. The run itself would be, too.'
      : 'The dry step stopped unexpectedly.',
    {
      code: 'dry-step-lost',
      where: 'estimate',
      kept: KEPT,
      wayOut: isMemory
        ? 'Close other programs, choose LoRA or fewer sequences at once, or use a smaller model.'
        : 'Measure again, or start without: the run can be paused at any time.',
      details: { code, signal },
    },
    { cause: lastWords || undefined },
  );
}

function tooSlow(): WorkbenchError {
  return new WorkbenchError('external', `The dry step was not done within ${DEADLINE_MS / 60_000} minutes.`, {
    code: 'dry-step-lost',
    where: 'estimate',
    kept: KEPT,
    wayOut: 'The run will be slow here: choose a smaller model, or start it and look at the time left.',
  });
}

function replaced(): WorkbenchError {
  return new WorkbenchError('cancelled', 'Another dry step took the place of this one.', {
    code: 'dry-step-replaced',
    kept: KEPT,
    wayOut: 'Measure again.',
  });
}

function disturbed(): WorkbenchError {
  return new WorkbenchError('cancelled', 'A run has begun, so the dry step was stopped: it would have measured both.', {
    code: 'dry-step-replaced',
    kept: KEPT,
    wayOut: 'Measure again when the run is over.',
  });
}
