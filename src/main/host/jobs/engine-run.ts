import { FromEngine, type EngineJob, type JobRecord, type TreeGrowthReport } from '@contracts/engine-protocol';
import type { ErrorEnvelope } from '@contracts/errors';
import type { LogLine, Run, RunProgress } from '@contracts/runs';
import { WorkbenchError, toEnvelope } from '@core/errors';
import type { EngineChild, EngineExit } from './engine-child';

/** How one execution of a job ended. `interrupted`: the process went away before it could say. */
export interface Settlement {
  readonly outcome: 'finished' | 'paused' | 'cancelled' | 'failed' | 'interrupted';
  readonly result: Run['result'];
  readonly error: ErrorEnvelope | null;
}

export interface EngineListeners {
  onStarted(versions: Run['versions']): void;
  onDevice(name: string): void;
  onProgress(progress: RunProgress): void;
  onLog(line: LogLine): void;
  onGrowth(trees: readonly TreeGrowthReport[]): void;
  /** Stores the records; the engine is told only when this returns. A throw stops the job with that error. */
  onCommit(records: readonly JobRecord[]): void;
}

export interface EngineTimings {
  /** How long a cancelled engine may take to stop by itself. */
  readonly cancelGraceMs: number;
  /** How long an engine may take to exit after it said how it ended. */
  readonly exitGraceMs: number;
}

export const ENGINE_TIMINGS: EngineTimings = { cancelGraceMs: 5000, exitGraceMs: 3000 };

/** One job in one engine process. */
export interface EngineRun {
  /** Resolves exactly once. */
  readonly settlement: Promise<Settlement>;
  /** Resolves when the process is gone, which may be after the settlement. */
  readonly exited: Promise<void>;
  pause(): void;
  /** Asks it to end with what it has. */
  finish(): void;
  /** Asks, and after a grace kills. */
  cancel(): void;
  kill(): void;
}

/** Starts `job` in `child` and settles once: by what the engine says or, when it goes away first, by how it went. */
export function startEngineRun(
  child: EngineChild,
  job: EngineJob,
  listeners: EngineListeners,
  timings: EngineTimings = ENGINE_TIMINGS,
  serverKey: string | null = null,
): EngineRun {
  const settlement = Promise.withResolvers<Settlement>();
  const exited = Promise.withResolvers<void>();
  let isSettled = false;
  let isCancelled = false;
  let hasExited = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const killAfter = (ms: number) => {
    clearTimeout(timer);
    if (!hasExited) timer = setTimeout(() => child.kill(), ms);
  };
  const settle = (value: Settlement) => {
    if (isSettled) return;
    isSettled = true;
    killAfter(timings.exitGraceMs);
    settlement.resolve(value);
  };
  const fail = (error: unknown) => {
    settle({ outcome: 'failed', result: {}, error: toEnvelope(error) as ErrorEnvelope });
    child.kill();
  };

  const receive = (message: FromEngine) => {
    switch (message.type) {
      case 'started':
        listeners.onStarted(message.versions);
        break;
      case 'device':
        listeners.onDevice(message.name);
        break;
      case 'progress':
        listeners.onProgress(message.progress);
        break;
      case 'log':
        listeners.onLog(message.line);
        break;
      case 'growth':
        listeners.onGrowth(message.trees);
        break;
      case 'commit':
        listeners.onCommit(message.records);
        child.post({ type: 'ack', batch: message.batch });
        break;
      case 'settled':
        settle({ outcome: message.outcome, result: message.result, error: message.error });
        break;
      case 'devices':
      case 'deviceTested':
      case 'dryPhase':
      case 'dryMeasured':
      case 'dryFailed':
      case 'sessionOpened':
      case 'sessionFailed':
      case 'answer':
      case 'answerEnded':
        // Answers to probes, of dry steps and of sessions; nobody asks them of an engine that has a job.
        break;
      default:
        message satisfies never;
    }
  };

  child.onMessage((raw) => {
    // Whatever comes after the end of a job is no longer part of it, and is not acknowledged.
    if (isSettled) return;
    const message = FromEngine.safeParse(raw);
    if (!message.success) {
      fail(protocolError(message.error.message));
      return;
    }
    try {
      receive(message.data);
    } catch (error) {
      // Above all a store that cannot be written: the job ends with that reason, the host lives on.
      fail(error);
    }
  });
  child.onExit((exit) => {
    hasExited = true;
    clearTimeout(timer);
    settle(
      isCancelled
        ? { outcome: 'cancelled', result: {}, error: null }
        : { outcome: 'interrupted', result: {}, error: toEnvelope(describeExit(exit)) as ErrorEnvelope },
    );
    exited.resolve();
  });
  child.post({ type: 'start', job, serverKey });

  return {
    settlement: settlement.promise,
    exited: exited.promise,
    pause() {
      child.post({ type: 'pause' });
    },
    finish() {
      child.post({ type: 'finish' });
    },
    cancel() {
      if (isSettled || isCancelled) return;
      isCancelled = true;
      child.post({ type: 'cancel' });
      killAfter(timings.cancelGraceMs);
    },
    kill() {
      child.kill();
    },
  };
}

/** Why an engine went away without a word, as far as it can be told from outside. */
function describeExit(exit: EngineExit): WorkbenchError {
  const isMemory = exit.signal === 'SIGKILL' || /out of memory|bad_alloc|heap limit/i.test(exit.lastWords);
  const how = exit.signal ? `signal ${exit.signal}` : `code ${exit.code ?? 'none'}`;
  const facts = {
    kept: 'Everything up to the last checkpoint, and every result stored on the way.',
    details: { code: exit.code, signal: exit.signal },
  };
  if (isMemory) {
    return new WorkbenchError(
      'resource',
      `The engine was stopped by the system (${how}), most often because memory ran out.`,
      {
        ...facts,
        code: 'engine-killed',
        wayOut:
          'Close other programs and resume. If it happens again, start anew with fewer sequences at once or fewer tokens per pass.',
      },
      { cause: exit.lastWords || undefined },
    );
  }
  return new WorkbenchError(
    'external',
    `The engine stopped unexpectedly (${how}).`,
    { ...facts, code: 'engine-exit', wayOut: 'Resume: the run goes on from its last checkpoint.' },
    { cause: exit.lastWords || undefined },
  );
}

function protocolError(details: string): WorkbenchError {
  return new WorkbenchError(
    'internal',
    'The engine sent something that the workbench does not understand.',
    {
      code: 'engine-protocol',
      kept: 'Everything stored before.',
      wayOut: 'Resume the run. If it comes back, report the technical text.',
    },
    { cause: details },
  );
}
