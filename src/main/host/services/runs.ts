import { existsSync } from 'node:fs';
import type { ProjectId, RunId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { AlarmAnswer, RunEvent } from '@contracts/run-events';
import type { LogLine, MetricSeries, PackedSeries, Run, RunForecast, Sample } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { WorkbenchError } from '@core/errors';
import { hasBegun, runFolder, runRooms } from '../jobs/run-folders';
import { folderBytes } from '../store/folder-bytes';
import { findProject } from '../store/repositories/projects';
import * as stored from '../store/repositories/run-events';
import {
  changeRun,
  countRuns,
  findRun,
  insertRun,
  listDependants,
  listRuns as listStored,
  readForecast,
} from '../store/repositories/runs';
import * as telemetry from '../store/repositories/telemetry';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { checkJob } from './check-job';
import { correctionOf } from './dry-step';
import { estimateRun } from './estimate';
import { required } from './not-found';
import { throwAway } from './project-trash';

/** What a run is called when nobody names it. */
const DEFAULT_NAMES: Readonly<Record<JobKind, string>> = {
  import: 'Import',
  tokens: 'Tokens',
  search: 'Trees',
  examples: 'Examples',
  sft: 'Fine-tuning',
  prm: 'Judge',
  rl: 'Exploration',
  evaluate: 'Evaluation',
  export: 'Export',
};

export function listRuns({ db }: ServiceContext, projectId: ProjectId, kind?: JobKind): Run[] {
  return listStored(db, projectId, kind);
}

export function getRun({ db }: ServiceContext, id: RunId): Run {
  return required(findRun(db, id), 'This run');
}

/**
 * Checks that a job can start as asked, stores it and queues it.
 * @throws WorkbenchError with the reason when it cannot: missing files, empty set, impossible settings
 */
export function startRun(
  context: ServiceContext,
  input: { projectId: ProjectId; name?: string | undefined; spec: JobSpec },
): Run {
  const { db, jobs, folders } = context;
  required(findProject(db, input.projectId), 'This project');
  const parents = checkJob(context, input.projectId, input.spec);
  const id = context.newId('run') as RunId;
  const { config } = input.spec;
  transaction(db, () =>
    insertRun(db, {
      id,
      projectId: input.projectId,
      name: input.name?.trim() || nextName(context, input.projectId, input.spec.kind),
      spec: input.spec,
      seed: 'seed' in config ? config.seed : 0,
      parents,
      createdAtMs: context.nowMs(),
      folder: runFolder(folders, id),
    }),
  );
  jobs.enqueue(id);
  return getRun(context, id);
}

/** Starts a run and keeps what is expected of it, so that both stand side by side afterwards. An estimate that fails holds nothing up. */
export async function startEstimatedRun(context: ServiceContext, input: Parameters<typeof startRun>[1]): Promise<Run> {
  const estimate = await estimateRun(context, input.projectId, input.spec).catch(() => null);
  const run = startRun(context, input);
  if (estimate) changeRun(context.db, run.id, { estimate });
  return run;
}

/** What was expected of a run when it started, and what it has taken so far. */
export async function forecastOf(
  { db, machine }: Pick<ServiceContext, 'db' | 'machine'>,
  id: RunId,
): Promise<RunForecast> {
  const run = required(findRun(db, id), 'This run');
  const { estimate, peakMemoryBytes } = readForecast(db, id);
  return {
    predicted: estimate,
    correction: correctionOf({ db, machine }, run.kind),
    actual: {
      seconds: run.activeSeconds,
      memoryBytes: peakMemoryBytes ?? run.progress?.memoryBytes ?? null,
      diskBytes: await folderBytes(run.folder),
    },
    isFolderGone: hasBegun(run) && !existsSync(runRooms(run.folder).job),
  };
}

/** Puts a settled run into the trash, unless something else stands on what it made. */
export function removeRun(context: ServiceContext, id: RunId): { removed: boolean; blockedBy: string[] } {
  const { db } = context;
  const run = getRun(context, id);
  if (run.status === 'running' || run.status === 'pausing' || run.status === 'queued') {
    throw new WorkbenchError('conflict', `"${run.name}" is under way.`, {
      code: 'run-active',
      kept: 'The run.',
      wayOut: 'Cancel it first.',
      details: { name: run.name },
    });
  }
  const blockedBy = listDependants(db, id).map((dependant) => dependant.name);
  if (blockedBy.length > 0) return { removed: false, blockedBy };
  return { removed: throwAway(context, { id, kind: 'run', projectId: run.projectId }), blockedBy: [] };
}

export function listMetrics(context: ServiceContext, id: RunId): MetricSeries[] {
  return telemetry.listMetrics(context.db, getRun(context, id).id);
}

export function listPackedMetrics(context: ServiceContext, id: RunId): PackedSeries[] {
  return telemetry.listPackedMetrics(context.db, getRun(context, id).id);
}

export function listSamples(context: ServiceContext, id: RunId, limit: number): Sample[] {
  return telemetry.listSamples(context.db, getRun(context, id).id, limit);
}

export function listLogs(context: ServiceContext, id: RunId, limit: number): LogLine[] {
  return telemetry.listLogs(context.db, getRun(context, id).id, limit);
}

export function listEvents(context: ServiceContext, id: RunId): RunEvent[] {
  return stored.listRunEvents(context.db, getRun(context, id).id);
}

/** Keeps what a person decided about an alarm. */
export function answerAlarm(
  context: ServiceContext,
  { id, eventId, answer }: { id: RunId; eventId: number; answer: AlarmAnswer },
): RunEvent[] {
  required(stored.answerAlarm(context.db, id, eventId, answer) || null, 'This alarm');
  context.bus.publish({ type: 'runEventsChanged', runId: id });
  return listEvents(context, id);
}

/** "Trees 3": numbered within the project and kind. */
function nextName({ db }: ServiceContext, projectId: ProjectId, kind: JobKind): string {
  return `${DEFAULT_NAMES[kind]} ${countRuns(db, projectId, kind) + 1}`;
}
