import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CheckpointId, DatasetId, ProjectId, QuestionSetId } from '@contracts/ids';
import type { JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { WorkbenchError } from '@core/errors';
import { fullDemoPlan } from './demo-settings';
import { RECORDINGS, type Recording } from './recordings';
import { runToSettled, type WorkbenchClient } from './walk-road';
import { openSession } from './workbench-session';

/**
 * Records trainings of the embedded model for the tests of the guard: sound ones, and ones that are set up to collapse.
 * `node scripts/demo.mjs src/main/demo/record-trainings.ts --data FOLDER [--only NAME,NAME] [--next]`; what is recorded already is left alone.
 * `--next` does the next piece of work alone, about a minute of it.
 */
const FOLDER = 'src/core/train/guard/recordings';
const PROJECT = 'Recordings';
/** Enough for examples that teach the form; all recordings begin with this one fine-tuning. */
const SEARCH_QUESTIONS = 300;
const PLAN = fullDemoPlan(1);

interface Ground {
  readonly projectId: ProjectId;
  readonly trainSet: QuestionSetId;
  /** With functional tokens, and fine-tuned. */
  readonly grown: CheckpointId;
  readonly tuned: CheckpointId;
  readonly datasetId: DatasetId;
}

let said = '';
const { values } = parseArgs({
  options: { data: { type: 'string' }, only: { type: 'string' }, next: { type: 'boolean', default: false } },
});
if (!values.data)
  throw new WorkbenchError('validation', 'Name a data folder with --data; it is kept for the next time.', {
    code: 'arguments',
  });
const session = openSession(values.data);
class EnoughForNow extends Error {}
try {
  mkdirSync(FOLDER, { recursive: true });
  const ground = await prepareGround(session.client);
  const wanted = values.only?.split(',');
  for (const recording of RECORDINGS) {
    if (wanted ? wanted.includes(recording.name) : !existsSync(fileOf(recording))) {
      await record(session.client, ground, recording);
      if (values.next) throw new EnoughForNow();
    }
  }
  say('Everything is recorded.');
} catch (error) {
  if (!(error instanceof EnoughForNow)) throw error;
} finally {
  await session.close();
}

/** The road up to the fine-tuned model, once: stages that have finished in this data folder are not walked again. */
async function prepareGround(client: WorkbenchClient): Promise<Ground> {
  const known = (await client.projects.list({})).find(({ name }) => name === PROJECT);
  const { id: projectId } = known ?? (await client.projects.create({ name: PROJECT, withEmbedded: true }));
  const [base] = await client.models.list({ projectId });
  const trainSet = (await client.questions.list({ projectId })).find(({ name }) => name === 'train')?.id;
  if (!base || !trainSet)
    throw new WorkbenchError('internal', 'The embedded model is not there.', { code: 'embedded-missing' });
  const stage = async (spec: JobSpecInput): Promise<Run> => {
    const done = (await client.runs.list({ projectId, kind: spec.kind })).find(
      ({ name, status }) => name === `Ground, ${spec.kind}` && status === 'finished',
    );
    if (done) return done;
    const run = await runToSettled(client, { projectId, name: `Ground, ${spec.kind}`, spec }, sayRun);
    if (values.next) throw new EnoughForNow();
    return run;
  };
  const { settings } = PLAN;
  const grown = finalOf(await stage({ kind: 'tokens', checkpointId: base.id, config: settings.tokens }));
  const search = await stage({
    kind: 'search',
    checkpointId: grown,
    questionSetId: trainSet,
    config: { ...settings.search, maxQuestions: SEARCH_QUESTIONS },
  });
  const examples = await stage({
    kind: 'examples',
    checkpointId: grown,
    searchRunId: search.id,
    config: settings.examples,
  });
  const { datasetId } = examples.outputs;
  if (!datasetId) throw new WorkbenchError('internal', 'No examples were made.', { code: 'no-examples' });
  const tuned = finalOf(await stage({ kind: 'sft', checkpointId: grown, datasetId, config: settings.sft }));
  return { projectId, trainSet, grown, tuned, datasetId };
}

async function record(client: WorkbenchClient, ground: Ground, recording: Recording): Promise<void> {
  const { projectId, trainSet, tuned, grown, datasetId } = ground;
  const spec: JobSpecInput =
    recording.kind === 'rl'
      ? {
          kind: 'rl',
          checkpointId: tuned,
          questionSetId: trainSet,
          config: { ...PLAN.settings.rl, ...recording.config },
        }
      : { kind: 'sft', checkpointId: grown, datasetId, config: { ...PLAN.settings.sft, ...recording.config } };
  let failure: string | null = null;
  try {
    await runToSettled(client, { projectId, name: recording.name, spec }, sayRun);
  } catch (error) {
    // A training that breaks down is what some recordings are for.
    failure = error instanceof Error ? error.message : String(error);
  }
  const run = (await client.runs.list({ projectId, kind: recording.kind })).find(({ name }) => name === recording.name);
  if (!run) throw new WorkbenchError('internal', failure ?? 'The run is gone.', { code: 'run-gone' });
  const series = await client.runs.metrics({ id: run.id });
  const steps = [...new Set(series.flatMap((one) => one.steps))].sort((a, b) => a - b);
  const rows = steps.map((step) => ({
    step,
    values: Object.fromEntries(
      series.flatMap(({ name, steps: own, values: known }) => {
        const at = own.indexOf(step);
        return at < 0 ? [] : [[name, Number((known[at] ?? 0).toPrecision(4))]];
      }),
    ),
  }));
  const command = `node scripts/demo.mjs src/main/demo/record-trainings.ts --data FOLDER --only ${recording.name}`;
  const versions = { ...run.versions };
  const head = { ...recording, command, seed: run.seed, failure, versions };
  // A row a line, so that a recording can be read and compared.
  writeFileSync(
    fileOf(recording),
    `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`,
  );
  JSON.parse(readFileSync(fileOf(recording), 'utf8'));
}

function fileOf({ name }: Recording): string {
  return join(FOLDER, `${name}.json`);
}

function finalOf(run: Run): CheckpointId {
  const id = run.outputs.checkpointIds.at(-1);
  if (!id) throw new WorkbenchError('internal', `"${run.name}" wrote no checkpoint.`, { code: 'checkpoint-missing' });
  return id;
}

/** A line for each tenth of a run. */
function sayRun({ name, status, progress }: Run): void {
  const tenth = progress && progress.total > 0 ? Math.floor((10 * progress.done) / progress.total) : 0;
  say(`${name} ${status} ${tenth}/10`);
}

function say(line: string): void {
  if (line !== said) process.stdout.write(`${line}\n`);
  said = line;
}
