import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CheckpointId, ProjectId } from '@contracts/ids';
import type { JobSpecInput } from '@contracts/jobs';
import type { QuestionSet } from '@contracts/questions';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { createRng } from '@core/random/rng';
import { fullDemoPlan, quickDemoPlan } from '../../demo/demo-settings';
import { importModel } from '../../demo/own-material';
import type { WorkbenchClient } from '../../demo/walk-road';
import { resourcesFolder } from '../../demo/workbench-session';
import { readEmbeddedModel } from '../../host/services/embedded';
import type { OpenBench } from '../benches';
import { openLab } from '../lab';
import { drawLesson, type Lesson } from './lesson';
import { drawProblems, questionText, referenceOf, type ShuffleSplit } from './shuffle-problem';

/** Questions of each set. */
const COUNTS: Readonly<Record<ShuffleSplit, number>> = { train: 1500, validation: 300, test: 500 };

/** Plain lessons that the embedded model reads before anything is measured, and how. */
const LESSONS = 12_000;
const TEACHING = {
  form: 'plain',
  learningRate: 1e-3,
  epochs: 2,
  batchSize: 32,
  maxTokens: 256,
  finalRateShare: 0.03,
  validationShare: 0.02,
  validateEvery: 200,
  checkpointEvery: 100,
} as const;
const QUICK_LESSONS = 4000;

interface TransferOptions {
  readonly client: WorkbenchClient;
  readonly seed: number;
  readonly isQuick: boolean;
  readonly mayStart: () => boolean;
  readonly onRun: (run: Run) => void;
}

/**
 * The embedded model after lessons of another family of tasks, and questions of that family, in a project for each seed. From there on the
 * plan is the demo's, untouched.
 * @returns null where the lessons were not read yet and nothing may be started
 */
export async function openTransferBench(options: TransferOptions): Promise<OpenBench | null> {
  const { client, seed, isQuick, mayStart } = options;
  const lessons = drawLessons(seed, isQuick ? QUICK_LESSONS : LESSONS);
  const name = `Evidence, transfer, seed ${seed}${isQuick ? ', quick' : ''}, material ${await markOf(lessons)}`;
  const known = (await client.projects.list({})).find((project) => project.name === name)?.id ?? null;
  if (known === null && !mayStart()) return null;
  const projectId = known ?? (await createProject(client, name, seed, lessons));
  const base = (await client.models.list({ projectId })).find((model) => model.parentId === null);
  const lesson = (await client.examples.datasets({ projectId })).find((dataset) => dataset.name === LESSON_SET);
  if (!base || !lesson)
    throw new WorkbenchError('precondition', `The project "${name}" is not whole.`, {
      code: 'transfer-unfinished',
      wayOut: 'Remove the project and start again.',
    });
  const lab = await openLab({ ...options, projectId });
  const spec: JobSpecInput = {
    kind: 'sft',
    checkpointId: base.id,
    datasetId: lesson.id,
    config: { ...TEACHING, ...(isQuick && { epochs: 1 }), seed },
  };
  const run = await lab.run(spec, 'Read the lessons');
  const taught: CheckpointId | undefined = run?.outputs.checkpointIds.at(-1);
  if (run?.status !== 'finished' || taught === undefined) return null;
  return {
    seed,
    isQuick,
    projectId,
    base: await client.models.get({ id: taught }),
    plan: isQuick ? quickDemoPlan(seed) : fullDemoPlan(seed),
    sets: setsOf(await client.questions.list({ projectId })),
  };
}

const LESSON_SET = 'Lessons';

function drawLessons(seed: number, count: number): Lesson[] {
  const rng = createRng(`lessons/${seed}`);
  return Array.from({ length: count }, () => drawLesson(rng));
}

/** A few letters that change with the embedded model and with the lessons: runs on other material are never taken for these. */
async function markOf(lessons: readonly Lesson[]): Promise<string> {
  const { path } = await readEmbeddedModel(resourcesFolder());
  const hash = createHash('sha256').update(await readFile(join(path, 'model.safetensors')));
  return hash
    .update(JSON.stringify([COUNTS, lessons]))
    .digest('hex')
    .slice(0, 8);
}

/** Model, questions and lessons, imported as a person would. A project that was left half made is taken away. */
async function createProject(
  client: WorkbenchClient,
  name: string,
  seed: number,
  lessons: readonly Lesson[],
): Promise<ProjectId> {
  const folder = await mkdtemp(join(tmpdir(), 'workbench-transfer-'));
  const { id: projectId } = await client.projects.create({ name, withEmbedded: false });
  try {
    const { path } = await readEmbeddedModel(resourcesFolder());
    const model = await importModel(client, projectId, path);
    for (const split of ['train', 'validation', 'test'] as const) {
      const problems = drawProblems(createRng(`questions/${seed}/${split}`), split, COUNTS[split]);
      const rows = problems.map((problem, i) => ({
        id: `${split}-${String(i + 1).padStart(4, '0')}`,
        question: questionText(problem),
        answer: referenceOf(problem),
      }));
      await client.questions.import({
        projectId,
        path: await writeLines(join(folder, `${split}.jsonl`), rows),
        mapping: { prompt: 'question', answer: 'answer', id: 'id' },
        name: split,
        role: split,
        dryRun: false,
      });
    }
    await client.exampleFiles.import({
      projectId,
      path: await writeLines(join(folder, 'lessons.jsonl'), lessons.map(lessonRow)),
      layout: 'workbench',
      columns: { prompt: 'prompt', referenceAnswer: 'referenceAnswer', questionId: 'questionId', steps: 'steps' },
      name: LESSON_SET,
      checkpointId: model.id,
      dryRun: false,
    });
    return projectId;
  } catch (error) {
    await client.projects.remove({ id: projectId });
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A lesson in the workbench's own layout; its lines are the steps. */
function lessonRow({ prompt, referenceAnswer, lines }: Lesson, index: number) {
  return {
    questionId: `lesson-${index + 1}`,
    prompt,
    referenceAnswer,
    steps: lines.map(({ text, isTrained }) => ({
      token: 'next_step',
      text,
      isTrained,
      role: 'right',
      nodeIndex: null,
    })),
  };
}

async function writeLines(path: string, rows: readonly object[]): Promise<string> {
  await writeFile(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

function setsOf(sets: readonly QuestionSet[]): OpenBench['sets'] {
  const setOf = (name: string) => sets.find((set) => set.name === name) ?? null;
  return { train: setOf('train'), validation: setOf('validation'), test: setOf('test'), deep: null, big: null };
}
