import { createHash } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DryMeasure, DryStepEvent } from '@contracts/dry-step';
import type { EngineJob } from '@contracts/engine-protocol';
import type { ProjectId, RunId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { Estimate, EstimateCorrection } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { WorkbenchError } from '@core/errors';
import { DRY_ROWS, prepareDryJob } from '../jobs/prepare';
import { findCheckpoint } from '../store/repositories/checkpoints';
import {
  findCorrection,
  findDryStep,
  keepCorrection,
  keepDryStep,
  type Quantity,
} from '../store/repositories/estimates';
import { countTrainable } from '../store/repositories/examples';
import { findQuestionSet, listQuestionSets } from '../store/repositories/question-sets';
import { findRun, readForecast } from '../store/repositories/runs';
import { checkJob } from './check-job';
import type { ServiceContext } from './context';
import { amountsOf, hasDryStep, reckonDry, type Stock } from './dry-amounts';
import { correctedRange, learn, type Range } from './learn-estimates';
import { shareOfMachine } from './system';

type MachineOf = Pick<ServiceContext, 'db' | 'machine'>;

/** Settings that change how much there is to do, or nothing that takes time: a dry step holds whatever they are. */
const COUNTED: { readonly [K in JobKind]?: readonly (keyof Extract<JobSpec, { kind: K }>['config'])[] } = {
  search: ['maxQuestions', 'numSimulations', 'seed'],
  evaluate: ['maxQuestions', 'confidence', 'choice', 'seed'],
  sft: [
    'epochs',
    'minUpdates',
    'maxUpdates',
    'learningRate',
    'schedule',
    'warmupUpdates',
    'warmupShare',
    'finalRateShare',
    'weightDecay',
    'newRowRate',
    'newRowUpdates',
    'validateEvery',
    'checkpointEvery',
    'seed',
  ],
  prm: [
    'epochs',
    'minUpdates',
    'maxUpdates',
    'learningRate',
    'headRate',
    'labels',
    'schedule',
    'warmupUpdates',
    'warmupShare',
    'finalRateShare',
    'weightDecay',
    'validateEvery',
    'checkpointEvery',
    'seed',
  ],
  rl: [
    'iterations',
    'learningRate',
    'schedule',
    'warmupUpdates',
    'warmupShare',
    'finalRateShare',
    'weightDecay',
    'reward',
    'shapingWeight',
    'evaluateEvery',
    'checkpointEvery',
    'seed',
  ],
};

/** Why no dry step can be made now, in a sentence; null where one can. */
export function refuseDryStep({ jobs }: Pick<ServiceContext, 'jobs'>, spec: JobSpec): string | null {
  if (!hasDryStep(spec.kind)) return 'For this kind of job there is no dry step: it is reckoned from its size.';
  if (spec.kind === 'search' && spec.config.server !== '')
    return 'A server is not asked for a trial: it may cost money.';
  return jobs.isWorking ? 'A run is under way; a dry step beside it would measure both.' : null;
}

/**
 * Does a little of a job and keeps what it took.
 * @throws WorkbenchError `dry-step-refused`, and those of `DryDesk.measure` and `checkJob`
 */
export async function* makeDryStep(
  context: ServiceContext,
  projectId: ProjectId,
  spec: JobSpec,
  signal: AbortSignal | undefined,
): AsyncGenerator<DryStepEvent, undefined, void> {
  checkJob(context, projectId, spec);
  const refusal = refuseDryStep(context, spec);
  if (refusal !== null)
    throw new WorkbenchError('precondition', refusal, {
      code: 'dry-step-refused',
      kept: 'Your choices.',
      wayOut: 'The estimate is drawn from earlier runs or from the size of the model.',
    });
  const { db, folders, drySteps, devices, machine, promptsFolder, nowMs, newId } = context;
  const folder = join(folders.drySteps, newId('dry'));
  yield { type: 'phase', phase: 'opening' };
  try {
    const share = (wanted: number | null) => shareOfMachine({ machine, db }, wanted);
    const options = { promptsFolder, ownPromptsFolder: folders.prompts, share, ...(await devices.choose()) };
    const job = await prepareDryJob(db, { spec, projectId }, folder, options);
    const inputBytes = await inputBytesOf(job, stockOf(context, projectId, spec));
    for await (const news of drySteps.measure(job, signal)) {
      if (news.type === 'phase') {
        yield news;
      } else {
        const measure: DryMeasure = { ...news.measure, inputBytes };
        keepDryStep(db, keyOf(context, spec), { measure, measuredAtMs: nowMs() });
        yield { type: 'measured', seconds: measure.seconds };
      }
    }
    return undefined;
  } finally {
    // What stays behind is removed when the workbench opens the next time.
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

export interface DryEstimate extends Pick<Estimate, 'seconds' | 'memoryBytes' | 'diskBytes' | 'basis'> {
  readonly dryStep: NonNullable<Estimate['dryStep']>;
}

/**
 * What the dry step of a job comes to for the whole of it, corrected by what earlier runs took; null where none was made.
 * @param forecastBytes memory by the shapes of the model, which a dry step need not have filled
 */
export function dryEstimate(context: ServiceContext, spec: JobSpec, forecastBytes: number | null): DryEstimate | null {
  const kept = hasDryStep(spec.kind) ? findDryStep(context.db, keyOf(context, spec)) : null;
  const projectId = kept && findCheckpointProject(context, spec);
  if (!kept || !projectId) return null;
  const { measure, measuredAtMs } = kept;
  const { seconds: raw, deviation } = reckonDry(measure, amountsOf(spec, stockOf(context, projectId, spec), measure));
  const rawMemory = Math.max(measure.memoryBytes, forecastBytes ?? 0);
  const correction = correctionOf(context, spec.kind);
  return {
    seconds: correctedRange('seconds', raw, deviation, findKept(context, spec.kind, 'seconds')),
    memoryBytes: correctedRange('memory', rawMemory, 0, findKept(context, spec.kind, 'memory')),
    diskBytes: diskOf(context, spec, measure),
    basis: describe(correction),
    dryStep: { measuredAtMs, seconds: measure.seconds, raw: { seconds: raw, memoryBytes: rawMemory }, correction },
  };
}

/** What runs of a kind have taught about estimates on this machine; null before the first. */
export function correctionOf(context: MachineOf, kind: JobKind): EstimateCorrection | null {
  const known = findKept(context, kind, 'seconds');
  return known && { factor: Math.exp(known.logFactor), runs: known.runs };
}

/** Holds what a finished run took against what its dry step said, for the estimates to come. */
export function learnFromRun(context: MachineOf, id: RunId): void {
  const { db, machine } = context;
  const run = findRun(db, id);
  const { estimate, peakMemoryBytes } = readForecast(db, id);
  const raw = estimate?.dryStep?.raw;
  if (!run || !raw) return;
  const took: Readonly<Record<Quantity, number | null>> = { seconds: run.activeSeconds, memory: peakMemoryBytes };
  const said: Readonly<Record<Quantity, number>> = { seconds: raw.seconds, memory: raw.memoryBytes };
  for (const quantity of ['seconds', 'memory'] as const) {
    const actual = took[quantity];
    if (actual === null || actual <= 0 || said[quantity] <= 0) continue;
    const key = { machine: machineName(machine), kind: run.kind, quantity };
    keepCorrection(db, key, learn(quantity, findCorrection(db, key), said[quantity], actual));
  }
}

function findKept({ db, machine }: MachineOf, kind: JobKind, quantity: Quantity) {
  return findCorrection(db, { machine: machineName(machine), kind, quantity });
}

/** Machines of the same name take the same time. */
function machineName({ processorName, cores }: ServiceContext['machine']): string {
  return `${processorName}, ${cores} threads`;
}

/** What a dry step depends on: the model, what it works on, every setting that is not merely counted, and the machine. */
function keyOf({ db, machine, versions, devices }: ServiceContext, spec: JobSpec): string {
  const counted: ReadonlySet<string> = new Set(COUNTED[spec.kind] ?? []);
  const config = Object.entries(spec.config).filter(([name]) => !counted.has(name));
  const threads = 'threads' in spec.config ? spec.config.threads : null;
  const facts = {
    ...spec,
    config: config.toSorted(([a], [b]) => (a < b ? -1 : 1)),
    machine: machineName(machine),
    share: shareOfMachine({ machine, db }, threads),
    device: devices.wanted,
    version: versions['workbench'],
  };
  return createHash('sha256').update(JSON.stringify(facts)).digest('base64url');
}

function findCheckpointProject({ db }: ServiceContext, spec: JobSpec): ProjectId | null {
  return 'checkpointId' in spec ? (findCheckpoint(db, spec.checkpointId)?.projectId ?? null) : null;
}

function stockOf({ db }: ServiceContext, projectId: ProjectId, spec: JobSpec): Stock {
  return {
    questions: 'questionSetId' in spec ? (findQuestionSet(db, spec.questionSetId)?.count ?? 0) : 0,
    examples: 'datasetId' in spec && spec.datasetId !== null ? countTrainable(db, spec.datasetId) : 0,
    trees: 'searchRunId' in spec ? (findRun(db, spec.searchRunId)?.outputs.treeCount ?? 0) : 0,
    heldOut: listQuestionSets(db, projectId)
      .filter(({ role }) => role !== 'train')
      .reduce((sum, { count }) => sum + count, 0),
  };
}

/** Bytes of the whole inputs, from those of their first rows. */
async function inputBytesOf({ inputs }: EngineJob, stock: Stock): Promise<number> {
  const files = [
    [inputs.questions, stock.questions, DRY_ROWS.questions],
    [inputs.examples, stock.examples, DRY_ROWS.examples],
    [inputs.trees, stock.trees, DRY_ROWS.trees],
    [inputs.heldOut, stock.heldOut, DRY_ROWS['held-out']],
  ] as const;
  const sizes = await Promise.all(
    files.map(async ([path, count, limit]) =>
      path === null ? 0 : (await stat(path)).size * Math.max(1, count / limit),
    ),
  );
  return sizes.reduce((a, b) => a + b, 0);
}

/** Inputs, the saved state, the finished checkpoint, and at most one more that was the best on the way. */
function diskOf({ db }: ServiceContext, spec: JobSpec, { stateBytes, inputBytes }: DryMeasure): Range {
  const size = 'checkpointId' in spec ? 4 * (findCheckpoint(db, spec.checkpointId)?.parameterCount ?? 0) : 0;
  const checkpoint = stateBytes > 0 ? size : 0;
  const low = inputBytes + stateBytes + checkpoint;
  return { low, high: low + (spec.kind === 'prm' ? 0 : checkpoint) };
}

function describe(correction: EstimateCorrection | null): string {
  if (correction === null) return 'Measured by a dry step on this machine.';
  const times = correction.factor.toFixed(2);
  return correction.runs === 1
    ? `Measured by a dry step on this machine; the last run took ${times} times what its dry step said.`
    : `Measured by a dry step on this machine; the last ${correction.runs} runs took ${times} times what their dry steps said.`;
}
