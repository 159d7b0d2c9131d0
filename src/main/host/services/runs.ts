import { rm } from 'node:fs/promises';
import type { ProjectId, RunId } from '@contracts/ids';
import type { JobSpec } from '@contracts/jobs';
import type { LogLine, MetricSeries, Run, Sample } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { WorkbenchError } from '@core/errors';
import { runFolder } from '../jobs/run-folders';
import { findProject } from '../store/repositories/projects';
import { deleteRun, findRun, insertRun, listDependants, listRuns as listStored } from '../store/repositories/runs';
import * as telemetry from '../store/repositories/telemetry';
import { transaction } from '../store/sql';
import type { ServiceContext } from './context';
import { checkJob } from './check-job';
import { required } from './not-found';

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

/** Deletes a settled run with its files, unless something else stands on what it made. */
export async function removeRun(
  context: ServiceContext,
  id: RunId,
): Promise<{ removed: boolean; blockedBy: string[] }> {
  const { db, bus } = context;
  const run = getRun(context, id);
  if (run.status === 'running' || run.status === 'pausing' || run.status === 'queued') {
    throw new WorkbenchError('conflict', `"${run.name}" is under way.`, {
      code: 'run-active',
      kept: 'The run.',
      wayOut: 'Cancel it first.',
    });
  }
  const blockedBy = listDependants(db, id).map((dependant) => dependant.name);
  if (blockedBy.length > 0) return { removed: false, blockedBy };
  const removed = deleteRun(db, id);
  await rm(run.folder, { recursive: true, force: true });
  bus.publish({ type: 'runRemoved', projectId: run.projectId, runId: id });
  for (const what of ['checkpoints', 'datasets', 'examples', 'evaluations'] as const)
    bus.publish({ type: 'changed', what });
  return { removed, blockedBy: [] };
}

export function listMetrics(context: ServiceContext, id: RunId): MetricSeries[] {
  return telemetry.listMetrics(context.db, getRun(context, id).id);
}

export function listSamples(context: ServiceContext, id: RunId, limit: number): Sample[] {
  return telemetry.listSamples(context.db, getRun(context, id).id, limit);
}

export function listLogs(context: ServiceContext, id: RunId, limit: number): LogLine[] {
  return telemetry.listLogs(context.db, getRun(context, id).id, limit);
}

/** "Trees 3": numbered within the project and kind. */
function nextName({ db }: ServiceContext, projectId: ProjectId, kind: JobKind): string {
  return `${DEFAULT_NAMES[kind]} ${listStored(db, projectId, kind).length + 1}`;
}
