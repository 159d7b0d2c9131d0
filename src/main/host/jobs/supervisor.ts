import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { ErrorEnvelope } from '@contracts/errors';
import type { RunId } from '@contracts/ids';
import type { LogLine, Run, RunProgress } from '@contracts/runs';
import { toEnvelope } from '@core/errors';
import { changeRun, findRun, listRunsByStatus, readForecast, type RunChange } from '../store/repositories/runs';
import { insertMoment } from '../store/repositories/run-events';
import { insertLog } from '../store/repositories/telemetry';
import type { WritableDb } from '../store/sql';
import { applyRecords, type NewId } from './apply-records';
import type { SpawnEngine } from './engine-child';
import { ENGINE_TIMINGS, startEngineRun, type EngineRun, type EngineTimings, type Settlement } from './engine-run';
import type { EventBus } from './events';
import { prepareJob, type PrepareOptions } from './prepare';
import type { LiveTrees } from './live-trees';
import { JobQueue } from './queue';
import { hasBegun, runRooms } from './run-folders';
import { folderGone, runGone, wrongState } from './run-refusals';

export interface SupervisorDeps {
  readonly db: WritableDb;
  readonly bus: EventBus;
  readonly spawnEngine: SpawnEngine;
  readonly nowMs: () => number;
  readonly newId: NewId;
  /** Trees under way. */
  readonly liveTrees: LiveTrees;
  /** The key of a server, null where it needs none. */
  readonly serverKey: (name: string) => Promise<string | null>;
  /** Told of each run that has done all that it was asked to. */
  readonly onFinished?: (id: RunId) => void;
  /** Asked whenever a run starts. */
  readonly prepareOptions: () => PrepareOptions | Promise<PrepareOptions>;
  /** Versions of the program and its store, kept with each run. */
  readonly versions: Run['versions'];
  readonly timings?: EngineTimings;
}

/** A run's progress is stored this often, and sent to windows at most ten times a second. */
const STORE_PROGRESS_MS = 1000;
const SEND_PROGRESS_MS = 100;

const INTERRUPTED_BY_STOP: ErrorEnvelope = {
  kind: 'external',
  message: 'The workbench stopped while this run was under way.',
  facts: {
    code: 'host-stopped',
    kept: 'Everything up to the last checkpoint, and every result stored on the way.',
    wayOut: 'Resume: the run goes on from its last checkpoint.',
  },
};

/** What the end of an execution is among the events of its run; a run that has finished needs no mark. */
const MOMENT_OF: Readonly<Partial<Record<Settlement['outcome'], 'paused' | 'stopped'>>> = {
  paused: 'paused',
  cancelled: 'stopped',
  failed: 'stopped',
  interrupted: 'stopped',
};

/** Kinds whose half-done work is a result of its own. */
const CAN_FINISH: ReadonlySet<Run['kind']> = new Set(['sft', 'rl']);

/** The run that has the engine now. */
interface ActiveRun {
  readonly id: RunId;
  engine: EngineRun | null;
  stop: 'pause' | 'finish' | 'cancel' | null;
  /** Work of earlier executions. */
  readonly earlierMs: number;
  readonly startedAtMs: number;
  progress: RunProgress | null;
  /** The most memory it has been seen with; 0 while nobody said. */
  peakMemoryBytes: number;
  storedAtMs: number;
  sentAtMs: number;
}

/**
 * Runs one job at a time, each in an engine process of its own, and keeps the store's word for it: a run is settled exactly once, whatever
 * dies first, and what windows hear was stored before.
 */
export class JobSupervisor {
  readonly #deps: SupervisorDeps;
  readonly #queue = new JobQueue<RunId>();
  #active: ActiveRun | null = null;
  #idle: Promise<void> = Promise.resolve();
  #isClosing = false;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
  }

  /** Whether a run has the engine or waits for it. */
  get isWorking(): boolean {
    return this.#active !== null || this.#queue.waiting.length > 0;
  }

  /** Runs that a dead host left open become `interrupted`. Call once, before anything is enqueued. */
  recover(): void {
    for (const run of listRunsByStatus(this.#deps.db, ['running', 'pausing', 'queued'])) {
      changeRun(this.#deps.db, run.id, { status: 'interrupted', error: INTERRUPTED_BY_STOP });
    }
  }

  /** Queues a run that is stored as `queued`. */
  enqueue(id: RunId): void {
    this.#queue.add(id);
    this.#sendRun(id);
    this.#startNext();
  }

  /** Saves and stops at the next safe point. A run that only waits is taken out of the queue. */
  pause(id: RunId): Run {
    const run = this.#require(id);
    if (run.status === 'queued' && this.#queue.remove(id)) return this.#change(id, { status: 'paused' });
    if (run.status === 'pausing' || run.status === 'paused') return run;
    const active = this.#active;
    if (active?.id !== id || active.stop) throw wrongState(run, 'paused', 'it is not running');
    active.stop = 'pause';
    active.engine?.pause();
    return this.#change(id, { status: 'pausing' });
  }

  /** Ends a training at its next safe point as a finished run. */
  finish(id: RunId): Run {
    const run = this.#require(id);
    const active = this.#active;
    if (!CAN_FINISH.has(run.kind)) throw wrongState(run, 'finished early', 'only trainings can');
    if (active?.id !== id || active.engine === null || active.stop === 'pause' || active.stop === 'cancel')
      throw wrongState(run, 'finished early', 'it is not running');
    active.stop = 'finish';
    active.engine.finish();
    return run;
  }

  /** Goes on from the last checkpoint. @throws WorkbenchError `run-state`, `run-folder-gone` */
  resume(id: RunId): Run {
    const run = this.#require(id);
    if (this.#active?.id === id || this.#queue.waiting.includes(id)) return run;
    if (run.status === 'finished' || run.status === 'cancelled')
      throw wrongState(run, 'resumed', `it is ${run.status}`);
    if (run.isInTrash) throw wrongState(run, 'resumed', 'it lies in the trash');
    if (hasBegun(run) && !existsSync(runRooms(run.folder).job)) throw folderGone(run);
    this.#change(id, { status: 'queued', error: null, finishedAtMs: null });
    this.enqueue(id);
    return this.#require(id);
  }

  /** Stops for good; what was stored stays. */
  cancel(id: RunId): Run {
    const run = this.#require(id);
    if (run.status === 'cancelled') return run;
    if (run.status === 'finished') throw wrongState(run, 'cancelled', 'it has finished');
    const active = this.#active;
    if (active?.id === id) {
      active.stop = 'cancel';
      active.engine?.cancel();
      return run;
    }
    this.#queue.remove(id);
    return this.#change(id, { status: 'cancelled', finishedAtMs: this.#deps.nowMs() });
  }

  /** Lets a running job save, for at most `deadlineMs`, then ends its process. Nothing starts afterwards. */
  async close(deadlineMs: number): Promise<void> {
    this.#isClosing = true;
    this.#queue.clear();
    const active = this.#active;
    if (active) {
      if (active.stop !== 'cancel') active.stop = 'pause';
      active.engine?.pause();
      const deadline = setTimeout(() => active.engine?.kill(), deadlineMs);
      await this.#idle;
      clearTimeout(deadline);
    }
  }

  /** Resolves when the job that runs now, if any, is over; for tests and shutdown. */
  whenIdle(): Promise<void> {
    return this.#idle;
  }

  #startNext(): void {
    if (this.#isClosing) return;
    const id = this.#queue.next();
    if (id === null) return;
    this.#idle = this.#execute(id)
      .catch((error: unknown) => this.#settle(id, failed(error)))
      .then(() => {
        this.#active = null;
        this.#queue.finish(id);
        this.#startNext();
      });
  }

  async #execute(id: RunId): Promise<void> {
    const { db, nowMs, spawnEngine, prepareOptions, timings } = this.#deps;
    const run = this.#require(id);
    const now = nowMs();
    const active: ActiveRun = {
      id,
      engine: null,
      stop: null,
      earlierMs: run.activeSeconds * 1000,
      startedAtMs: now,
      progress: run.progress,
      peakMemoryBytes: readForecast(db, id).peakMemoryBytes ?? 0,
      storedAtMs: now,
      sentAtMs: 0,
    };
    this.#active = active;
    if (run.startedAtMs !== null) this.#noteMoment(id, 'resumed');
    this.#change(id, { status: 'running', error: null, startedAtMs: run.startedAtMs ?? now });

    const job = await prepareJob(db, run, await prepareOptions());
    // Read anew each time a run starts or resumes, and handed over by message alone.
    const serverKey = job.server === null ? null : await this.#deps.serverKey(job.server.name);
    // Somebody may have asked to stop while the inputs were written.
    if (active.stop) {
      this.#settle(id, { outcome: active.stop === 'pause' ? 'paused' : 'cancelled', result: {}, error: null });
      return;
    }
    active.engine = startEngineRun(
      spawnEngine(),
      job,
      {
        onStarted: (versions) => this.#change(id, { versions: { ...this.#deps.versions, ...versions } }),
        onDevice: (name) => this.#change(id, { versions: { ...this.#require(id).versions, device: name } }),
        onProgress: (progress) => this.#noteProgress(active, progress),
        onLog: (line) => {
          this.#log(id, line);
        },
        onGrowth: (trees) => this.#deps.liveTrees.grow(id, trees),
        onCommit: (records) => {
          const removeFolder = (path: string) => this.#removeFolder(id, path);
          const events = applyRecords({ db, run, newId: this.#deps.newId, nowMs: nowMs(), removeFolder }, records);
          for (const event of events) this.#deps.bus.publish(event);
          for (const record of records)
            if (record.type === 'tree') this.#deps.liveTrees.store(run.id, record.questionId);
        },
      },
      timings ?? ENGINE_TIMINGS,
      serverKey,
    );
    const settlement = await active.engine.settlement;
    this.#deps.liveTrees.stop(id);
    this.#settle(id, settlement);
    await active.engine.exited;
  }

  #noteProgress(active: ActiveRun, progress: RunProgress): void {
    const now = this.#deps.nowMs();
    active.progress = progress;
    active.peakMemoryBytes = Math.max(active.peakMemoryBytes, progress.memoryBytes ?? 0);
    if (now - active.sentAtMs < SEND_PROGRESS_MS) return;
    active.sentAtMs = now;
    if (now - active.storedAtMs >= STORE_PROGRESS_MS) {
      active.storedAtMs = now;
      changeRun(this.#deps.db, active.id, { progress, activeMs: this.#activeMs(active) });
    }
    this.#sendRun(active.id);
  }

  #settle(id: RunId, settlement: Settlement): void {
    const active = this.#active?.id === id ? this.#active : null;
    const isOver =
      settlement.outcome === 'finished' || settlement.outcome === 'cancelled' || settlement.outcome === 'failed';
    const change: RunChange = {
      status: settlement.outcome,
      error: settlement.error,
      ...(Object.keys(settlement.result).length > 0 && { result: settlement.result }),
      ...(active && { activeMs: this.#activeMs(active), progress: active.progress }),
      ...(active && active.peakMemoryBytes > 0 && { peakMemoryBytes: active.peakMemoryBytes }),
      ...(isOver && { finishedAtMs: this.#deps.nowMs() }),
    };
    try {
      const moment = MOMENT_OF[settlement.outcome];
      if (moment) this.#noteMoment(id, moment);
      changeRun(this.#deps.db, id, change);
      // Before windows hear of the end: they then ask for what it taught.
      if (settlement.outcome === 'finished' && active?.stop !== 'finish') this.#deps.onFinished?.(id);
      this.#sendRun(id);
    } catch (error) {
      // The store cannot be written (a full disk, say): windows are told all the same, and the next start finds the run open and mends it.
      const run = findRun(this.#deps.db, id);
      if (!run) return;
      const told = { ...run, status: 'interrupted' as const, error: settlement.error ?? asEnvelope(error) };
      this.#deps.bus.publish({ type: 'runChanged', run: told });
    }
  }

  #noteMoment(id: RunId, kind: 'resumed' | 'paused' | 'stopped'): void {
    insertMoment(this.#deps.db, id, kind, this.#deps.nowMs());
    this.#deps.bus.publish({ type: 'runEventsChanged', runId: id });
  }

  #log(id: RunId, line: LogLine): void {
    insertLog(this.#deps.db, id, line);
    this.#deps.bus.publish({ type: 'logAdded', runId: id, line });
  }

  /** A folder that stays behind costs room and nothing else: the run goes on, and its log says where the folder lies. */
  #removeFolder(id: RunId, path: string): void {
    rm(path, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) =>
      this.#log(id, {
        atMs: this.#deps.nowMs(),
        level: 'warning',
        message: `An earlier best checkpoint could not be deleted from ${path}: ${String(error)}`,
        words: { code: 'best-not-deleted', values: { path } },
      }),
    );
  }

  #activeMs(active: ActiveRun): number {
    return active.earlierMs + (this.#deps.nowMs() - active.startedAtMs);
  }

  #change(id: RunId, change: RunChange): Run {
    changeRun(this.#deps.db, id, change);
    return this.#sendRun(id) ?? this.#require(id);
  }

  /** The run as stored, with the progress that is newer than the store's. */
  #sendRun(id: RunId): Run | null {
    const stored = findRun(this.#deps.db, id);
    if (!stored) return null;
    const active = this.#active?.id === id ? this.#active : null;
    const run = active
      ? { ...stored, progress: active.progress, activeSeconds: this.#activeMs(active) / 1000 }
      : stored;
    this.#deps.bus.publish({ type: 'runChanged', run });
    return run;
  }

  #require(id: RunId): Run {
    const run = findRun(this.#deps.db, id);
    if (!run) throw runGone();
    return run;
  }
}

function failed(error: unknown): Settlement {
  return { outcome: 'failed', result: {}, error: asEnvelope(error) };
}

/** Core's envelope and the contract's differ only in how they write an absent field. */
function asEnvelope(error: unknown): ErrorEnvelope {
  return toEnvelope(error) as ErrorEnvelope;
}
