import type { EngineJob, JobRecord, TreeGrowthReport } from '@contracts/engine-protocol';
import type { JobSpec } from '@contracts/jobs';
import type { LogLine } from '@contracts/runs';
import type { LogWords } from '@core/log-codes';
import type { JobKind } from '@contracts/stages';
import type { CancelToken } from '@core/ports';

/** What a person asked of a running job. */
export type StopRequest = 'pause' | 'finish' | 'cancel';

/** How far a job is, as a runner reports it; the engine process adds rate, memory and the time left. */
export interface JobProgress {
  /** What happens now, in words: "growing trees". */
  readonly phase: string;
  readonly done: number;
  readonly total: number;
  /** Plural noun of what is counted: "trees", "updates". */
  readonly unit: string;
  /** Tokens worked through since this process started, where the runner counts them. */
  readonly tokens?: number;
}

/** Everything a runner may use of the world besides the engine itself. */
export interface JobContext<K extends JobKind = JobKind> {
  readonly job: EngineJob;
  readonly spec: Extract<JobSpec, { kind: K }>;
  /** Key of the server that the job names; never to be written down. */
  readonly serverKey: string | null;
  /** The run's own folder. */
  readonly folder: string;
  /** Where a runner keeps what it needs to go on after a kill; see `run-state.ts`. */
  readonly stateFolder: string;
  /** Where products go that outlive the run: checkpoints, exports. */
  readonly outputFolder: string;
  /** Aborted once the person cancels; a pause does not abort. */
  readonly cancel: CancelToken;
  /** Asked between units of work: on `pause` save the state and return `paused`; on `finish` trainings end with what they have. */
  stopRequested(): StopRequest | null;
  /**
   * Stores records in one transaction of the host and resolves when they are on disk. Write the state that counts them as done afterwards:
   * what is committed twice replaces itself, what is counted but never committed is lost.
   */
  commit(records: readonly JobRecord[]): Promise<void>;
  /** Tells how far the job is; sent at most ten times a second. */
  progress(progress: JobProgress): void;
  /** Shows trees under way to whoever watches; nothing of it is stored. */
  showGrowth(trees: readonly TreeGrowthReport[]): void;
  /** @param words the same by its name, for windows in other languages */
  log(level: LogLine['level'], message: string, words?: LogWords): void;
  /** Tells what the arithmetic runs on; the run's record keeps it. */
  noteDevice(name: string): void;
}

/** Plain figures that a run ends with. */
export type RunResult = Record<string, number | string | boolean | null>;

export interface RunnerOutcome {
  readonly outcome: 'finished' | 'paused';
  readonly result: RunResult;
}

/** One stage as the engine runs it. It finds by itself in `stateFolder` whether it begins or goes on. */
export type Runner<K extends JobKind> = (context: JobContext<K>) => Promise<RunnerOutcome>;

/** One runner for each kind of job. */
export type Runners = { readonly [K in JobKind]: Runner<K> };

/** Thrown from deep inside a runner, where returning `paused` is awkward, after the state is saved. */
export class PauseRequested extends Error {
  readonly result: RunResult;

  constructor(result: RunResult = {}) {
    super('Paused on request.');
    this.name = 'PauseRequested';
    this.result = result;
  }
}
