import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Evaluation, Proportion } from '@contracts/evaluations';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { Checkpoint } from '@contracts/models';
import type { DemoFacts } from '@contracts/projects';
import type { Run } from '@contracts/runs';
import type { JobKind } from '@contracts/stages';
import { DEMO_ARCHIVE } from '../host/services/demo-project';
import { writeArchive } from '../host/project-archive/archive-file';
import { openProjectArchive } from '../host/project-archive/open-project';
import { packProject, type PackedCheckpoint, type PackedProject } from '../host/project-archive/pack-project';
import { openDatabase } from '../host/store/database';
import { PROGRAM_VERSION } from '../host/version';
import { prepareDemo } from './demo-road';
import { ProgressLine } from './progress-line';
import { runToSettled, walkRoad, type ReportStage, type WorkbenchClient } from './walk-road';
import { openSession } from './workbench-session';

/**
 * `npm run make-demo-project`: the finished project that ships with the program (`resources/demo/project.rftt`).
 *
 *     --seed N         of the demo (default 1)
 *     --quick          the smallest demo; for trying this program out, never for shipping
 *     --from FOLDER    takes the newest demo of a data folder instead of walking the road anew
 *     --out FILE       default resources/demo/project.rftt
 *
 * Weights are shipped as bfloat16, and the test questions are answered once more by the rounded checkpoints, so that what the project says of itself
 * is true of what is in it. The export stage is left for whoever opens it.
 */
const { values: given } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    quick: { type: 'boolean', default: false },
    from: { type: 'string' },
    out: { type: 'string' },
  },
});

const SHIPPED_DTYPE = 'BF16';
/** Brotli's, where the archive is only opened again. */
const QUICK_QUALITY = 2;
const PROJECT_NAME = 'Demo: a small model learns to reason';
const resourcesFolder = resolve(process.env['WORKBENCH_RESOURCES'] ?? 'resources');
const scratch = mkdtempSync(join(tmpdir(), 'workbench-demo-'));
const line = new ProgressLine({
  isTerminal: process.stdout.isTTY,
  columns: process.stdout.columns ?? 80,
  write: (text) => void process.stdout.write(text),
  nowMs: () => performance.now(),
});

try {
  const dataFolder = resolve(given.from ?? join(scratch, 'data'));
  const made = await makeProject(dataFolder);
  const packed = packProject({
    ...made,
    name: PROJECT_NAME,
    dataFolder,
    resourcesFolder,
    scratch: join(scratch, 'pack'),
    nowMs: Date.now(),
  });
  const about = { ...made.about, shipped: await measureShipped(packed, made) };
  const out = resolve(given.out ?? join(resourcesFolder, DEMO_ARCHIVE));
  mkdirSync(dirname(out), { recursive: true });
  const archive = writeArchive({ ...packed.manifest, about }, packed.contents);
  writeFileSync(out, archive);
  process.stdout.write(`\n${JSON.stringify(about, null, 2)}\n${out}: ${(archive.length / 1e6).toFixed(2)} MB\n`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

interface Made {
  readonly projectId: ProjectId;
  readonly about: DemoFacts;
  readonly checkpoints: readonly PackedCheckpoint[];
  readonly withoutRuns: readonly string[];
  /** The measurements of the two trained checkpoints, which the shipped ones repeat. */
  readonly measured: { readonly afterSft: Evaluation; readonly afterRl: Evaluation };
}

/** Walks the road, or takes one that was walked, and rounds and measures what will be shipped. The session is closed again afterwards. */
async function makeProject(dataFolder: string): Promise<Made> {
  const session = openSession(dataFolder);
  const { client } = session;
  try {
    const seed = Number(given.seed);
    const projectId = given.from === undefined ? await walk(session, seed) : await newestDemo(client);
    const roadRuns = await client.runs.list({ projectId });
    const [base] = await client.models.list({ projectId });
    const tokens = finalOf(await client.models.list({ projectId }), runOf(roadRuns, 'tokens'));
    const sft = finalOf(await client.models.list({ projectId }), runOf(roadRuns, 'sft'));
    const rl = finalOf(await client.models.list({ projectId }), runOf(roadRuns, 'rl'));
    const evaluations = await client.evaluations.list({ projectId });
    const measured = { afterSft: measuredOn(evaluations, sft.id), afterRl: measuredOn(evaluations, rl.id) };
    const before = evaluations.find(
      (one) => one.checkpointId === base?.id && one.questionSetId === measured.afterRl.questionSetId,
    );
    if (!base || !before) throw new Error('The project has no measurement of the untuned model.');

    const roundedSft = await round(client, projectId, sft);
    const roundedRl = await round(client, projectId, rl);
    const { counts } = await client.projects.overview({ id: projectId });
    const known = new Set(roadRuns.filter(({ kind }) => kind !== 'export').map(({ id }) => id));
    const runs = await client.runs.list({ projectId });
    const isQuick = given.from === undefined ? given.quick : roadRuns.some(({ name }) => name.includes('quick'));
    return {
      projectId,
      about: {
        seed: runOf(roadRuns, 'sft').seed,
        isQuick,
        command: `npm run make-demo-project -- --seed ${runOf(roadRuns, 'sft').seed}${isQuick ? ' --quick' : ''}`,
        madeAtMs: runOf(roadRuns, 'rl').finishedAtMs ?? Date.now(),
        programVersion: PROGRAM_VERSION,
        cores: availableParallelism(),
        minutes: roadRuns.reduce((sum, { activeSeconds }) => sum + activeSeconds, 0) / 60,
        trees: counts.trees,
        examples: counts.examples,
        accuracy: {
          before: before.accuracy,
          afterSft: measured.afterSft.accuracy,
          afterRl: measured.afterRl.accuracy,
        },
        // Until the packed checkpoints have answered, see `measureShipped`.
        shipped: {
          dtype: SHIPPED_DTYPE,
          afterSft: measured.afterSft.accuracy,
          afterRl: measured.afterRl.accuracy,
        },
      },
      checkpoints: [
        { id: tokens.id, from: tokens.path, near: { resource: `models/${basename(base.path)}/model.safetensors` } },
        { id: sft.id, from: roundedSft, near: null },
        { id: rl.id, from: roundedRl, near: { checkpoint: sft.id } },
      ],
      withoutRuns: runs.filter(({ id }) => !known.has(id)).map(({ id }) => id),
      measured,
    };
  } finally {
    await session.close();
  }
}

async function walk(session: ReturnType<typeof openSession>, seed: number): Promise<ProjectId> {
  const start = await prepareDemo({ seed, quick: given.quick })(session);
  await walkRoad({ ...start, client: session.client, onRun: show });
  return start.projectId;
}

async function newestDemo(client: WorkbenchClient): Promise<ProjectId> {
  const demos = (await client.projects.list({})).filter(({ isDemo }) => isDemo);
  const newest = demos.toSorted((a, b) => b.createdAtMs - a.createdAtMs)[0];
  if (!newest) throw new Error(`${given.from} holds no demo project.`);
  return newest.id;
}

/** The folder of a checkpoint in the shipped format. */
async function round(client: WorkbenchClient, projectId: ProjectId, checkpoint: Checkpoint): Promise<string> {
  const exported = await run(client, 'export', projectId, `Round ${checkpoint.name}`, {
    kind: 'export',
    checkpointId: checkpoint.id,
    config: { form: 'merged', dtype: SHIPPED_DTYPE, modelCard: false },
  });
  const folder = exported.outputs.artefacts.find(({ kind }) => kind === 'model-folder')?.path;
  if (folder === undefined) throw new Error(`The run "${exported.name}" wrote no folder.`);
  return folder;
}

/** Opens what was packed in an empty workbench, as a newcomer will, and lets its checkpoints answer the same questions in the same way. */
async function measureShipped(packed: PackedProject, { measured, projectId }: Made): Promise<DemoFacts['shipped']> {
  const dataFolder = join(scratch, 'opened');
  const store = openDatabase(dataFolder, { nowMs: Date.now() });
  try {
    const archive = writeArchive(packed.manifest, packed.contents, QUICK_QUALITY);
    await openProjectArchive({ db: store, archive, where: 'memory', dataFolder, resourcesFolder, nowMs: Date.now() });
  } finally {
    store.close();
  }
  const session = openSession(dataFolder);
  try {
    const { client } = session;
    const repeat = async (evaluation: Evaluation): Promise<Proportion> => {
      const { spec, name } = await client.runs.get({ id: evaluation.runId });
      const again = await run(client, 'evaluate', projectId, `${name}, as shipped`, spec);
      const found = (await client.evaluations.list({ projectId })).find(({ runId }) => runId === again.id);
      if (!found) throw new Error(`The run "${again.name}" measured nothing.`);
      return found.accuracy;
    };
    return {
      dtype: SHIPPED_DTYPE,
      afterSft: await repeat(measured.afterSft),
      afterRl: await repeat(measured.afterRl),
    };
  } finally {
    await session.close();
  }
}

function run(
  client: WorkbenchClient,
  stage: ReportStage,
  projectId: ProjectId,
  name: string,
  spec: Parameters<typeof runToSettled>[1]['spec'],
): Promise<Run> {
  return runToSettled(client, { projectId, name, spec }, (state) => show(stage, state));
}

function show(stage: ReportStage, state: Run): void {
  line.show(stage, state);
}

/** The last finished run of a kind. */
function runOf(runs: readonly Run[], kind: JobKind): Run {
  const found = runs.find((one) => one.kind === kind && one.status === 'finished');
  if (!found) throw new Error(`The project has no finished run of the kind "${kind}".`);
  return found;
}

function finalOf(checkpoints: readonly Checkpoint[], { outputs, name }: Run): Checkpoint {
  const made = checkpoints.filter(({ id }) => outputs.checkpointIds.includes(id));
  const final = made.find(({ isFinal }) => isFinal) ?? made.at(-1);
  if (!final) throw new Error(`The run "${name}" left no checkpoint.`);
  return final;
}

function measuredOn(evaluations: readonly Evaluation[], id: CheckpointId): Evaluation {
  const found = evaluations.find(({ checkpointId, mode }) => checkpointId === id && mode === 'greedy');
  if (!found) throw new Error('A checkpoint of the project was never measured on the test questions.');
  return found;
}
