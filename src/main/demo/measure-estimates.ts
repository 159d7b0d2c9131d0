import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProjectId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import type { Estimate, RunForecast } from '@contracts/runs';
import type { WorkbenchClient } from './walk-road';
import { openSession } from './workbench-session';

/** `npm run estimates`: on the demo project, what estimates say before each run, from the size and from a dry step, and what the run takes. */

const folder = mkdtempSync(join(tmpdir(), 'workbench-estimates-'));
const { client, close } = openSession(folder);
try {
  const { id: projectId } = await client.projects.openDemo({});
  console.log('| job | before | dry step | it said | range | took | took / said | memory | held |');
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const [name, spec] of await listJobs(client, projectId)) {
    const before = await untilFree(client, projectId, spec);
    if (before.dryStep === null) for await (const _event of await client.runs.dryStep({ projectId, spec }));
    const estimate = await client.runs.estimate({ projectId, spec });
    const run = await client.runs.start({ projectId, spec });
    await untilOver(client, run.id);
    console.log(row(name, before, estimate, await client.runs.forecast({ id: run.id })));
  }
} finally {
  await close();
  rmSync(folder, { recursive: true, force: true });
}

/** Two jobs of each kind that a dry step is made for, the second twice as large: it is foretold from the same dry step, corrected by the first. */
async function listJobs(
  { runs, questions }: WorkbenchClient,
  projectId: ProjectId,
): Promise<(readonly [name: string, spec: JobSpec])[]> {
  const [made, sets] = await Promise.all([runs.list({ projectId }), questions.list({ projectId })]);
  const of = (kind: string) => made.find((run) => run.kind === kind);
  const set = (role: string) => sets.find((one) => one.role === role)?.id;
  const tuned = of('sft')?.outputs.checkpointIds.at(-1);
  const base = of('sft')?.parents.checkpointId;
  const grower = of('search')?.parents.checkpointId;
  const jobsOf = (times: number): Readonly<Record<string, unknown>> => ({
    search: {
      checkpointId: grower,
      questionSetId: set('train'),
      config: {
        ...{ promptSet: 'workbook', children: 'narrow', numSimulations: 8, maxQuestions: 24 * times },
        ...{ maxStepTokens: 64, maxAnswerTokens: 96, maxPathTokens: 384 },
      },
    },
    evaluate: {
      checkpointId: tuned,
      questionSetId: set('test'),
      config: { maxQuestions: 60 * times, maxNewTokens: 300, concurrentQuestions: 32 },
    },
    sft: {
      checkpointId: base,
      datasetId: of('examples')?.outputs.datasetId,
      config: { maxUpdates: 10 * times, minUpdates: 0, maxTokens: 384, batchSize: 16, learningRate: 1e-3 },
    },
    prm: {
      checkpointId: base,
      searchRunId: of('search')?.id,
      config: { maxUpdates: 10 * times, minUpdates: 0, maxTokens: 384, batchSize: 16 },
    },
    rl: {
      checkpointId: tuned,
      questionSetId: set('train'),
      config: {
        ...{ iterations: times, questionsPerIteration: 8, pathsPerQuestion: 8, pathsPerUpdate: 32 },
        ...{ maxNewTokens: 256, maxStepTokens: 96, evaluateQuestions: 20 },
      },
    },
  });
  return Object.keys(jobsOf(1)).flatMap((kind) =>
    [1, 2].map((times) => [kind, JobSpec.parse({ kind, ...(jobsOf(times)[kind] as object) })] as const),
  );
}

/** The estimate once the engine of the run before has ended, so that a dry step can be made. */
async function untilFree({ runs }: WorkbenchClient, projectId: ProjectId, spec: JobSpec): Promise<Estimate> {
  for (;;) {
    const estimate = await runs.estimate({ projectId, spec });
    if (estimate.dryStepRefusal === null) return estimate;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function untilOver({ runs }: WorkbenchClient, id: Parameters<WorkbenchClient['runs']['get']>[0]['id']) {
  for (;;) {
    const { status } = await runs.get({ id });
    if (status === 'finished') return;
    if (status !== 'queued' && status !== 'running') throw new Error(`The run ended as ${status}.`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

function row(name: string, before: Estimate, { seconds, memoryBytes, dryStep }: Estimate, { actual }: RunForecast) {
  const raw = dryStep?.raw.seconds ?? Number.NaN;
  const range = ({ low, high }: Estimate['seconds'], scale = 1) =>
    `${(low / scale).toFixed(scale === 1 ? 1 : 0)}–${(high / scale).toFixed(scale === 1 ? 1 : 0)}`;
  const cells = [
    name,
    `${range(before.seconds)} s${before.dryStep === null ? ', by size' : ''}`,
    before.dryStep === null ? `${dryStep?.seconds.toFixed(1)} s` : 'kept',
    `${raw.toFixed(1)} s`,
    `${range(seconds)} s`,
    `${actual.seconds.toFixed(1)} s`,
    (actual.seconds / raw).toFixed(2),
    `${range(memoryBytes, 1e6)} MB`,
    `${((actual.memoryBytes ?? 0) / 1e6).toFixed(0)} MB`,
  ];
  return `| ${cells.join(' | ')} |`;
}
