import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ToEngine, type EngineJob, type FromEngine, type JobRecord } from '@contracts/engine-protocol';
import type { ErrorEnvelope } from '@contracts/errors';
import type { LogLine } from '@contracts/runs';
import type { LogWords } from '@core/log-codes';
import type { JobKind } from '@contracts/stages';
import { CancelledError, WorkbenchError, toEnvelope } from '@core/errors';
import type { ProbeRequest } from './devices/serve-probe';
import { serveDryStep } from './dry-step/serve-dry-step';
import {
  PauseRequested,
  type JobContext,
  type Runner,
  type RunnerOutcome,
  type Runners,
  type StopRequest,
} from './job-context';
import { describeThreads, type Processor } from './processor';
import { ProgressMeter } from './progress-meter';
import { clearLeftovers } from './run-state';
import { serveSession, type Session } from './session/serve-session';

/** The wire to the host, however it is carried. */
export interface EngineChannel {
  post(message: FromEngine): void;
  onMessage(listener: (message: unknown) => void): void;
}

export interface EngineEnvironment {
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly memoryBytes: () => number | null;
  readonly versions: Readonly<Record<string, string>>;
  readonly processor: Processor;
  /** Lets other programs go first. */
  readonly lowerPriority: () => void;
  /** Answers what is asked instead of a job; never fails. */
  readonly answerProbe: (request: ProbeRequest) => Promise<FromEngine>;
  /** Called once the job is settled; the process ends then. */
  readonly onSettled: () => void;
}

/** Progress is sent at most this often. */
const SEND_PROGRESS_MS = 100;

/**
 * Serves one job, one dry step, one probe or one session. A job: waits for `start`, runs its runner, and says exactly once how it ended. A thrown error becomes the envelope of a failed run;
 * cancelling and pausing are no errors.
 */
export function serveJob(channel: EngineChannel, runners: Runners, environment: EngineEnvironment): void {
  let service: JobService | null = null;
  let session: Session | null = null;
  channel.onMessage((raw) => {
    const message = ToEngine.parse(raw);
    if (message.type === 'start') {
      if (service) return;
      service = new JobService(message.job, message.serverKey, channel, environment);
      void service.run(runners);
    } else if (message.type === 'openSession') {
      const { nowMs, memoryBytes, lowerPriority } = environment;
      const post = (answer: FromEngine) => channel.post(answer);
      session ??= serveSession(message.session, { nowMs, memoryBytes, lowerPriority, post });
    } else if (message.type === 'ask' || message.type === 'askStep') {
      session?.ask(message);
    } else if (message.type === 'stopAsk') {
      session?.stop(message.ask);
    } else if (message.type === 'dryStep') {
      const { nowMs, memoryBytes, lowerPriority } = environment;
      const post = (answer: FromEngine) => channel.post(answer);
      // The clock of the environment begins with the process.
      void serveDryStep(message.job, { nowMs, begunMs: 0, memoryBytes, lowerPriority, post }).finally(() =>
        environment.onSettled(),
      );
    } else if (message.type === 'probe') {
      void environment
        .answerProbe(message.request)
        .then((answer) => channel.post(answer))
        .finally(() => environment.onSettled());
    } else if (message.type === 'ack') service?.acknowledge(message.batch);
    else service?.requestStop(message.type);
  });
}

class JobService {
  readonly #job: EngineJob;
  readonly #serverKey: string | null;
  readonly #channel: EngineChannel;
  readonly #environment: EngineEnvironment;
  readonly #abort = new AbortController();
  readonly #meter = new ProgressMeter();
  readonly #unacknowledged = new Map<number, () => void>();
  #nextBatch = 1;
  #stop: StopRequest | null = null;
  #sentAtMs = Number.NEGATIVE_INFINITY;
  #sentPhase = '';
  #unsent: FromEngine | null = null;

  constructor(job: EngineJob, serverKey: string | null, channel: EngineChannel, environment: EngineEnvironment) {
    this.#job = job;
    this.#serverKey = serverKey;
    this.#channel = channel;
    this.#environment = environment;
  }

  async run(runners: Runners): Promise<void> {
    this.#start();
    const settled = await this.#settle(runners);
    if (this.#unsent) this.#channel.post(this.#unsent);
    this.#channel.post(settled);
    this.#environment.onSettled();
  }

  acknowledge(batch: number): void {
    this.#unacknowledged.get(batch)?.();
    this.#unacknowledged.delete(batch);
  }

  requestStop(stop: StopRequest): void {
    // Cancelling overrides a pause that is under way, not the other way round.
    if (this.#stop === 'cancel') return;
    this.#stop = stop;
    if (stop === 'cancel') this.#abort.abort();
  }

  async #settle(runners: Runners): Promise<Extract<FromEngine, { type: 'settled' }>> {
    try {
      const { outcome, result } = await runJob(runners, this.#context());
      return { type: 'settled', outcome, result: finiteOnly(result), error: null };
    } catch (error) {
      if (error instanceof PauseRequested) {
        return { type: 'settled', outcome: 'paused', result: finiteOnly(error.result), error: null };
      }
      // Whatever breaks while a cancelled job unwinds is not the person's concern.
      if (error instanceof CancelledError || this.#abort.signal.aborted) {
        return { type: 'settled', outcome: 'cancelled', result: {}, error: null };
      }
      return { type: 'settled', outcome: 'failed', result: {}, error: describeFailure(error) };
    }
  }

  /** Says what the job runs on, in its record and in its log. */
  #start(): void {
    const { threads, gentle } = this.#job;
    const { versions, processor, lowerPriority } = this.#environment;
    if (gentle) lowerPriority();
    this.#channel.post({
      type: 'started',
      versions: { ...versions, threads: `${threads} of ${processor.physicalCores} cores${gentle ? ', gentle' : ''}` },
    });
    const { physicalCores: cores } = processor;
    const values = { threads, cores, gentle: gentle ? 'yes' : 'no' };
    this.#log('info', describeThreads(threads, gentle, processor), { code: 'threads', values });
  }

  #log(level: LogLine['level'], message: string, words?: LogWords): void {
    const line = { atMs: this.#environment.wallMs(), level, message, ...(words && { words }) };
    this.#channel.post({ type: 'log', line });
  }

  #context(): JobContext {
    const { signal } = this.#abort;
    const { folder, spec } = this.#job;
    const stateFolder = join(folder, 'state');
    const outputFolder = join(folder, 'output');
    for (const room of [stateFolder, outputFolder]) mkdirSync(room, { recursive: true });
    clearLeftovers(stateFolder);
    return {
      job: this.#job,
      serverKey: this.#serverKey,
      spec,
      folder,
      stateFolder,
      outputFolder,
      cancel: {
        get aborted() {
          return signal.aborted;
        },
        throwIfAborted() {
          if (signal.aborted) throw new CancelledError();
        },
      },
      stopRequested: () => this.#stop,
      commit: (records) => this.#commit(records),
      progress: (progress) => {
        const now = this.#environment.nowMs();
        const { wallMs, memoryBytes } = this.#environment;
        const message: FromEngine = {
          type: 'progress',
          progress: this.#meter.measure(progress, now, wallMs(), memoryBytes()),
        };
        if (progress.phase === this.#sentPhase && now - this.#sentAtMs < SEND_PROGRESS_MS) {
          this.#unsent = message;
          return;
        }
        this.#sentAtMs = now;
        this.#sentPhase = progress.phase;
        this.#unsent = null;
        this.#channel.post(message);
      },
      showGrowth: (trees) => this.#channel.post({ type: 'growth', trees: [...trees] }),
      noteDevice: (name) => this.#channel.post({ type: 'device', name }),
      log: (level, message, words) => this.#log(level, message, words),
    };
  }

  #commit(records: readonly JobRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    const batch = this.#nextBatch++;
    return new Promise((resolve) => {
      this.#unacknowledged.set(batch, resolve);
      this.#channel.post({ type: 'commit', batch, records: [...records] });
    });
  }
}

/** The table pairs each kind with the runner of that kind, which a lookup by a variable cannot show; the context is of the job's own kind. */
function runJob(runners: Runners, context: JobContext): Promise<RunnerOutcome> {
  const runner = runners[context.spec.kind] as Runner<JobKind>;
  return runner(context);
}

/** Figures of a result that are not finite are left out: JSON has no word for them. */
function finiteOnly(result: RunnerOutcome['result']): RunnerOutcome['result'] {
  return Object.fromEntries(
    Object.entries(result).filter(([, value]) => typeof value !== 'number' || Number.isFinite(value)),
  );
}

/** Memory that could not be had comes as a RangeError of V8 or as a message of the native runtime; both get a way out. */
function describeFailure(error: unknown): ErrorEnvelope {
  const message = error instanceof Error ? error.message : String(error);
  const isMemory = /allocation failed|bad_alloc|out of memory|failed to allocate/i.test(message);
  if (isMemory && !(error instanceof WorkbenchError)) {
    error = new WorkbenchError(
      'resource',
      'There is not enough memory for this step.',
      {
        code: 'out-of-memory',
        kept: 'Everything up to the last checkpoint.',
        wayOut:
          'Close other programs and resume, or start anew with fewer sequences at once, fewer tokens per pass, or LoRA.',
      },
      { cause: error },
    );
  }
  // Core's envelope and the contract's differ only in how they write an absent field.
  return toEnvelope(error) as ErrorEnvelope;
}
