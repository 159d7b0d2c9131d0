import { join } from 'node:path';
import type { EngineJob, FromEngine } from '@contracts/engine-protocol';
import type { DryPhase } from '@contracts/dry-step';
import type { ErrorEnvelope } from '@contracts/errors';
import type { JobKind } from '@contracts/stages';
import { toEnvelope, WorkbenchError } from '@core/errors';
import { NEVER_CANCELLED } from '@core/ports';
import type { DryContext, DryStep } from './dry-context';
import { dryEvaluate } from './dry-evaluate';
import { dryPrm } from './dry-prm';
import { dryRl } from './dry-rl';
import { drySearch } from './dry-search';
import { drySft } from './dry-sft';

/** Kinds of jobs that a dry step can be made of. */
const DRY_STEPS: { readonly [K in JobKind]?: DryStep<K> } = {
  search: drySearch,
  sft: drySft,
  prm: dryPrm,
  rl: dryRl,
  evaluate: dryEvaluate,
};

/** Memory is looked at this often. */
const LOOK_MS = 50;

export interface DryEnvironment {
  readonly nowMs: () => number;
  /** When the process began, on the same clock. */
  readonly begunMs: number;
  readonly memoryBytes: () => number | null;
  readonly lowerPriority: () => void;
  readonly post: (message: FromEngine) => void;
}

/** Makes the dry step of a job and posts what it found, or why it could not. Whoever asked ends the process to stop it. */
export async function serveDryStep(job: EngineJob, environment: DryEnvironment): Promise<void> {
  const { nowMs, begunMs, memoryBytes, lowerPriority, post } = environment;
  if (job.gentle) lowerPriority();
  let peak = memoryBytes() ?? 0;
  const look = setInterval(() => (peak = Math.max(peak, memoryBytes() ?? 0)), LOOK_MS);
  let openSeconds = 0;
  try {
    const phase = (name: DryPhase) => post({ type: 'dryPhase', phase: name });
    phase('opening');
    const figures = await runDryStep({
      job,
      spec: job.spec,
      stateFolder: join(job.folder, 'state'),
      cancel: NEVER_CANCELLED,
      // What a run would say in its log, a dry step measures.
      log: () => undefined,
      noteDevice: () => undefined,
      nowMs,
      phase,
      opened: () => (openSeconds = (nowMs() - begunMs) / 1000),
    });
    post({
      type: 'dryMeasured',
      measure: {
        ...figures,
        openSeconds,
        stateBytes: figures.stateBytes ?? 0,
        responsesPerTree: figures.responsesPerTree ?? null,
        inputBytes: 0,
        memoryBytes: Math.max(peak, memoryBytes() ?? 0),
        seconds: (nowMs() - begunMs) / 1000,
      },
    });
  } catch (error) {
    post({ type: 'dryFailed', error: toEnvelope(error) as ErrorEnvelope });
  } finally {
    clearInterval(look);
  }
}

function runDryStep(context: DryContext) {
  // The table pairs each kind with its own dry step, which a lookup by a variable cannot show.
  const step = DRY_STEPS[context.spec.kind] as DryStep<JobKind> | undefined;
  if (!step)
    throw new WorkbenchError('unsupported', `There is no dry step for jobs of the kind ${context.spec.kind}.`, {
      code: 'dry-step-refused',
    });
  return step(context);
}
