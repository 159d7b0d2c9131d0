import { existsSync, mkdirSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobDevice } from '@contracts/devices';
import { EngineJob, type ModelRef } from '@contracts/engine-protocol';
import type { CheckpointId, RunId } from '@contracts/ids';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { RemoteServerSchema } from '@core/remote/server';
import { readJsonState, writeJsonAtomic } from '../../engine/run-state';
import { findCheckpoint } from '../store/repositories/checkpoints';
import { eachTrainable } from '../store/repositories/examples';
import { eachQuestion, listQuestionSets } from '../store/repositories/question-sets';
import { findRun } from '../store/repositories/runs';
import { requireServer } from '../store/repositories/servers';
import { eachTreeRecord } from '../store/repositories/trees';
import type { ReadableDb } from '../store/sql';
import { describeLineage } from './lineage';
import { writeLines } from './write-lines';
import { runRooms } from './run-folders';

export interface PrepareOptions {
  readonly promptsFolder: string;
  /** Prompt sets that a person made. */
  readonly ownPromptsFolder: string;
  /** What the engine may use of the machine; `wanted` are the threads that the job asks for. */
  share(wanted: number | null): { readonly threads: number; readonly gentle: boolean };
  readonly device: JobDevice;
  readonly deviceName: string;
  readonly deviceReason: string;
}

/**
 * Everything an engine needs for a run, as files and paths: the inputs are written out once, when the run first starts, and a resumed run
 * gets the very same job again. So what a person rejects or imports meanwhile cannot change the numbers of a run that is under way.
 * @throws WorkbenchError `model-missing` when the checkpoint's files are gone; `trees-empty`; `disk-full`
 */
export async function prepareJob(db: ReadableDb, run: Run, options: PrepareOptions): Promise<EngineJob> {
  const rooms = runRooms(run.folder);
  const modelId = 'checkpointId' in run.spec ? run.spec.checkpointId : baseOf(run.spec);
  const model = modelId === null ? null : openModelRef(db, modelId);
  const judge = 'judgeId' in run.spec && run.spec.judgeId !== null ? openModelRef(db, run.spec.judgeId) : null;
  const known = readJsonState(rooms.job, (value) => EngineJob.parse(value));
  const { device, deviceName, deviceReason } = options;
  // A person may resume on the processor what a graphics card could not finish.
  if (known) {
    const kept = join(rooms.input, PROMPTS);
    const promptsFolder = existsSync(kept) ? kept : options.promptsFolder;
    return { ...known, model, judge, promptsFolder, device, deviceName, deviceReason };
  }

  if ('searchRunId' in run.spec) requireTrees(db, run.spec.searchRunId);
  for (const folder of [rooms.input, rooms.state, rooms.output]) mkdirSync(folder, { recursive: true });
  const job: EngineJob = {
    runId: run.id,
    folder: rooms.folder,
    seed: run.seed,
    spec: run.spec,
    model,
    judge,
    inputs: await writeInputs(db, run, rooms.input),
    promptsFolder: await keepPrompts(run.spec, rooms.input, options),
    ...options.share('threads' in run.spec.config ? run.spec.config.threads : null),
    device,
    deviceName,
    deviceReason,
    server: serverOf(db, run),
  };
  writeJsonAtomic(rooms.job, job);
  return job;
}

/** What an imported adapter is laid over. Imports that were stored before adapters could be imported name none. */
function baseOf(spec: Extract<Run['spec'], { kind: 'import' }>): CheckpointId | null {
  return 'baseId' in spec ? spec.baseId : null;
}

const PROMPTS = 'prompts';

/**
 * Where the engine finds the prompts of a job. A person's own set is copied beside the other inputs, so that changing it later changes nothing of
 * a run that is under way.
 */
async function keepPrompts(
  spec: Run['spec'],
  inputFolder: string,
  { promptsFolder, ownPromptsFolder }: PrepareOptions,
): Promise<string> {
  if (!('promptSet' in spec.config)) return promptsFolder;
  const { promptSet: name } = spec.config;
  // A set is named, never a path.
  if (!/^[\w-]+$/.test(name) || existsSync(join(promptsFolder, name))) return promptsFolder;
  const own = join(ownPromptsFolder, name);
  if (!existsSync(own)) return promptsFolder;
  await cp(own, join(inputFolder, PROMPTS, name), { recursive: true });
  return join(inputFolder, PROMPTS);
}

/** The server that writes the steps, null for this machine. The place of its key stays behind. @throws WorkbenchError `server-gone` */
function serverOf(db: ReadableDb, { spec }: Run): EngineJob['server'] {
  const name = spec.kind === 'search' ? spec.config.server : '';
  // Runs that were stored before there were servers name none.
  return !name ? null : RemoteServerSchema.parse(requireServer(db, name));
}

/** A checkpoint as an engine opens it. @throws WorkbenchError `model-missing` */
export function openModelRef(db: ReadableDb, id: CheckpointId): ModelRef {
  const checkpoint = findCheckpoint(db, id);
  if (!checkpoint || checkpoint.removedAtMs !== null || !existsSync(checkpoint.path)) {
    throw new WorkbenchError(
      'precondition',
      `The files of the model "${checkpoint?.name ?? id}" are not where they were.`,
      {
        code: 'model-missing',
        ...(checkpoint && { where: checkpoint.path }),
        kept: 'The run and everything it made so far.',
        wayOut: 'Put the files back and resume, or start again from another checkpoint.',
        ...(checkpoint && { details: { name: checkpoint.name } }),
      },
    );
  }
  const { path, format, adapterPath, promptSet, plainPrompts, name } = checkpoint;
  return {
    path,
    format,
    adapterPath,
    promptSet,
    plainPrompts: [...plainPrompts],
    name,
    lineage: describeLineage(db, checkpoint),
  };
}

/** A job that was queued behind its search starts only when that search has grown something. */
function requireTrees(db: ReadableDb, id: RunId): void {
  const search = findRun(db, id);
  if (search && search.outputs.treeCount > 0) return;
  throw new WorkbenchError('precondition', `The run "${search?.name ?? id}" has grown no trees.`, {
    code: 'trees-empty',
    kept: 'This run and its settings.',
    wayOut: 'Finish growing the trees, then resume this run or make examples anew.',
    details: { name: search?.name ?? id },
  });
}

/**
 * A little of a job for a dry step: the same model and settings, the first rows of each input.
 * @throws as `prepareJob`
 */
export async function prepareDryJob(
  db: ReadableDb,
  { spec, projectId }: Pick<Run, 'spec' | 'projectId'>,
  folder: string,
  options: PrepareOptions,
): Promise<EngineJob> {
  const rooms = runRooms(folder);
  for (const room of [rooms.input, rooms.state, rooms.output]) mkdirSync(room, { recursive: true });
  const { device, deviceName, deviceReason } = options;
  return {
    runId: 'dry-step',
    folder: rooms.folder,
    seed: 'seed' in spec.config ? spec.config.seed : 0,
    spec,
    model: 'checkpointId' in spec ? openModelRef(db, spec.checkpointId) : null,
    judge: 'judgeId' in spec && spec.judgeId !== null ? openModelRef(db, spec.judgeId) : null,
    inputs: await writeInputs(db, { spec, projectId }, rooms.input, DRY_ROWS),
    promptsFolder: await keepPrompts(spec, rooms.input, options),
    ...options.share('threads' in spec.config ? spec.config.threads : null),
    device,
    deviceName,
    deviceReason,
    server: null,
  };
}

type InputName = 'questions' | 'trees' | 'examples' | 'held-out';

/** Rows of each input that a dry step gets at most: more than a job works on at once. */
export const DRY_ROWS: Readonly<Record<InputName, number>> = {
  questions: 512,
  trees: 24,
  examples: 256,
  'held-out': 128,
};

/** Which input files each kind of job reads besides its model. */
async function writeInputs(
  db: ReadableDb,
  run: Pick<Run, 'spec' | 'projectId'>,
  folder: string,
  limits: Readonly<Record<InputName, number>> | null = null,
): Promise<EngineJob['inputs']> {
  const { spec } = run;
  const write = (name: InputName, rows: Iterable<unknown>) =>
    writeLines(join(folder, `${name}.jsonl`), limits === null ? rows : take(rows, limits[name]));
  // Validation first: what a run measures on the way takes from the front, so test questions steer nothing.
  const sets = listQuestionSets(db, run.projectId);
  const heldOutSets = (['validation', 'test'] as const).flatMap((role) => sets.filter((set) => set.role === role));
  return {
    questions: 'questionSetId' in spec ? await write('questions', eachQuestion(db, spec.questionSetId)) : null,
    trees: 'searchRunId' in spec ? await write('trees', eachTreeRecord(db, spec.searchRunId)) : null,
    examples:
      'datasetId' in spec && spec.datasetId !== null
        ? await write('examples', eachTrainable(db, spec.datasetId))
        : null,
    heldOut: heldOutSets.length
      ? await write(
          'held-out',
          (function* () {
            for (const set of heldOutSets) yield* eachQuestion(db, set.id);
          })(),
        )
      : null,
  };
}

function* take(rows: Iterable<unknown>, count: number): Iterable<unknown> {
  let taken = 0;
  for (const row of rows) {
    if (taken === count) return;
    taken += 1;
    yield row;
  }
}
