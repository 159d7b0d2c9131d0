import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointId, DatasetId, ProjectId, QuestionSetId, RunId } from '@contracts/ids';
import type { FromEngine } from '@contracts/engine-protocol';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import type { Run } from '@contracts/runs';
import { composeHost, type Host } from './compose';
import { forkEngine, type EngineChild, type SpawnEngine } from './jobs/engine-child';
import { makeTestFolder } from './testing/test-host';

/**
 * Kills real engines with SIGKILL in the middle of search, SFT and RL on the embedded model, lets the runs go on, and compares every number
 * with a run that nobody disturbed.
 */
const resourcesFolder = resolve(process.env['WORKBENCH_RESOURCES'] ?? 'resources');
const folder = makeTestFolder();
const bundleFolder = resolve('.tools', 'run', `resume-test-${process.pid}`);

/** Decides by a message of the engine whether to kill it now; reset for each run. */
let shouldKill: (message: FromEngine) => boolean = () => false;
let kills = 0;
let host: Host;
let fork: SpawnEngine;

/** A real engine that dies right after the host has heard a message that the test chose. */
function spawnMortal(): EngineChild {
  const child = fork();
  return {
    ...child,
    onMessage(listener) {
      child.onMessage((message) => {
        listener(message);
        if (!shouldKill(message as FromEngine)) return;
        kills++;
        shouldKill = () => false;
        child.kill();
      });
    },
  };
}

interface Start {
  readonly projectId: ProjectId;
  readonly grown: CheckpointId;
  readonly train: QuestionSetId;
}
let start: Start;

beforeAll(async () => {
  const { bundleEntries } = (await import('../../../scripts/ground/bundle.mjs' as string)) as {
    bundleEntries(entries: Record<string, string>, folder: string): Promise<Record<string, string>>;
  };
  const built = await bundleEntries({ engine: 'src/main/engine/engine.process.ts' }, bundleFolder);
  fork = forkEngine(built['engine'] ?? '');
  host = composeHost({
    dataFolder: join(folder.path, 'data'),
    resourcesFolder,
    shell: 'none',
    spawnEngine: spawnMortal,
  });
  const client = createRouterClient(host.router);
  const project = await client.projects.create({ name: 'Resume', withEmbedded: true });
  const [base] = await client.models.list({ projectId: project.id });
  const sets = await client.questions.list({ projectId: project.id });
  const train = sets.find((set) => set.role === 'train');
  if (!base || !train) throw new Error('The embedded model came without questions.');
  const tokens = await run(project.id, { kind: 'tokens', checkpointId: base.id, config: { promptSet: 'workbook' } });
  start = { projectId: project.id, grown: lastCheckpoint(tokens), train: train.id };
}, 300_000);

afterAll(async () => {
  await host.close(0);
  folder.remove();
  rmSync(bundleFolder, { recursive: true, force: true });
}, 60_000);

/** Runs a job to its end; when it is interrupted it goes on. */
async function run(projectId: ProjectId, spec: JobSpecInput, killAt?: (message: FromEngine) => boolean): Promise<Run> {
  const client = createRouterClient(host.router);
  const killsBefore = kills;
  shouldKill = killAt ?? (() => false);
  const { id } = await client.runs.start({ projectId, spec: JobSpec.parse(spec) });
  await host.services.jobs.whenIdle();
  if (killAt) {
    expect(kills).toBe(killsBefore + 1);
    expect((await client.runs.get({ id })).status).toBe('interrupted');
    await client.runs.resume({ id });
    await host.services.jobs.whenIdle();
  }
  const settled = await client.runs.get({ id });
  expect(settled.error).toBeNull();
  expect(settled.status).toBe('finished');
  return settled;
}

/** Kills at the n-th message of a kind. */
function atNth(type: FromEngine['type'], n: number): (message: FromEngine) => boolean {
  let seen = 0;
  return (message) => message.type === type && ++seen === n;
}

/** Kills at the first message that tells of this share of the work. */
function atShare(share: number): (message: FromEngine) => boolean {
  return (message) => message.type === 'progress' && message.progress.done >= share * message.progress.total;
}

function lastCheckpoint({ outputs }: Run): CheckpointId {
  const id = outputs.checkpointIds.at(-1);
  if (!id) throw new Error('The run wrote no checkpoint.');
  return id;
}

async function weightsOf(id: CheckpointId): Promise<string> {
  const { path } = await createRouterClient(host.router).models.get({ id });
  return createHash('sha256')
    .update(readFileSync(join(path, 'model.safetensors')))
    .digest('hex');
}

/** Everything a search stored, without the ids and times that differ by nature. */
async function treesOf(runId: RunId) {
  const client = createRouterClient(host.router);
  const { trees } = await client.trees.list({ projectId: start.projectId, runId, offset: 0, limit: 500 });
  const whole = await Promise.all(trees.map((tree) => client.trees.get({ id: tree.id })));
  return whole
    .map(({ summary, nodes, simulations }) => ({
      questionId: summary.questionId,
      newTokens: summary.newTokens,
      nodes,
      simulations,
    }))
    .toSorted((a, b) => a.questionId.localeCompare(b.questionId));
}

/** Equal but for the rounding of log-probabilities, which hangs on what was computed side by side. */
function expectSameTrees(found: Awaited<ReturnType<typeof treesOf>>, expected: typeof found): void {
  const without = (trees: typeof found) =>
    trees.map(({ nodes, ...tree }) => ({
      ...tree,
      nodes: nodes.map((node) => ({ ...node, logProbSum: 0, prior: 0 })),
    }));
  expect(without(found)).toEqual(without(expected));
  found.forEach((tree, t) =>
    tree.nodes.forEach((node, n) => {
      const other = expected[t]?.nodes[n];
      // Each of at most 96 tokens within 1e-5.
      expect(Math.abs((node.logProbSum ?? 0) - (other?.logProbSum ?? 0))).toBeLessThan(
        1e-5 * Math.max(1, node.tokenCount),
      );
    }),
  );
}

async function metricsOf(id: RunId) {
  return createRouterClient(host.router).runs.metrics({ id });
}

const SEARCH = {
  promptSet: 'workbook',
  children: 'narrow',
  numSimulations: 6,
  maxStepTokens: 48,
  maxAnswerTokens: 64,
  maxPathTokens: 256,
  maxQuestions: 24,
  concurrentTrees: 6,
} as const;

let searched: Run;
let datasetId: DatasetId;
let tuned: CheckpointId;

describe('a killed run goes on with the numbers of an undisturbed one', () => {
  it('in search', async () => {
    const spec: JobSpecInput = {
      kind: 'search',
      checkpointId: start.grown,
      questionSetId: start.train,
      config: SEARCH,
    };
    searched = await run(start.projectId, spec);
    const killed = await run(start.projectId, spec, atNth('commit', 17));
    expect(killed.result).toEqual(searched.result);
    expectSameTrees(await treesOf(killed.id), await treesOf(searched.id));
    expect(await metricsOf(killed.id)).toEqual(await metricsOf(searched.id));
  });

  it('in search, at any moment, with trees half grown', async () => {
    // Many walks in few trees: they are under way for several seconds.
    const config = { ...SEARCH, numSimulations: 160, maxQuestions: 4, concurrentTrees: 3, maxDepth: 12 };
    const spec: JobSpecInput = { kind: 'search', checkpointId: start.grown, questionSetId: start.train, config };
    const whole = await run(start.projectId, spec);
    const expected = await treesOf(whole.id);
    let halfGrown = 0;
    for (const share of [0.3, 0.5, 0.7, 0.9]) {
      const killed = await run(start.projectId, spec, atShare(share));
      const { message = '' } = (await createRouterClient(host.router).runs.logs({ id: killed.id, limit: 500 })).find(
        (line) => line.message.startsWith('Going on after'),
      ) ?? { message: '' };
      halfGrown += Number(/(\d+) trees are half grown/.exec(message)?.[1] ?? 0);
      expectSameTrees(await treesOf(killed.id), expected);
      expect(killed.result).toEqual(whole.result);
      expect(await metricsOf(killed.id)).toEqual(await metricsOf(whole.id));
    }
    expect(halfGrown).toBeGreaterThan(0);
  });

  it('in search, whatever is computed side by side', async () => {
    for (const concurrentTrees of [1, 24]) {
      const config = { ...SEARCH, concurrentTrees };
      const other = await run(start.projectId, {
        kind: 'search',
        checkpointId: start.grown,
        questionSetId: start.train,
        config,
      });
      expect(other.result).toEqual(searched.result);
      expectSameTrees(await treesOf(other.id), await treesOf(searched.id));
    }
  });

  it('in making examples', async () => {
    const spec: JobSpecInput = {
      kind: 'examples',
      checkpointId: start.grown,
      searchRunId: searched.id,
      config: {
        promptSet: 'workbook',
        minSharedSteps: 0,
        wrongTailScope: 'step',
        contaminationWords: 0,
        verifyMaxTokens: 64,
      },
    };
    const whole = await run(start.projectId, spec);
    const killed = await run(start.projectId, spec, atNth('progress', 1));
    const list = async ({ outputs }: Run) => {
      if (!outputs.datasetId) throw new Error('No examples were made.');
      const filter = { search: '' };
      const { examples } = await createRouterClient(host.router).examples.list({
        datasetId: outputs.datasetId,
        filter,
        offset: 0,
        limit: 500,
      });
      return examples.map((example) => ({ ...example, id: '', datasetId: '', treeId: '' }));
    };
    expect(await list(killed)).toEqual(await list(whole));
    if (whole.outputs.datasetId) datasetId = whole.outputs.datasetId;
  });

  it('in SFT', async () => {
    const config = {
      epochs: 1,
      minUpdates: 9,
      maxUpdates: 9,
      batchSize: 4,
      maxTokens: 384,
      checkpointEvery: 3,
      validateEvery: 4,
      learningRate: 5e-4,
    };
    const spec: JobSpecInput = { kind: 'sft', checkpointId: start.grown, datasetId, config };
    const whole = await run(start.projectId, spec);
    // After the fifth update, two beyond the last state: those are made again.
    const killed = await run(start.projectId, spec, atNth('progress', 5));
    expect(killed.result).toEqual(whole.result);
    expect(await metricsOf(killed.id)).toEqual(await metricsOf(whole.id));
    expect(await weightsOf(lastCheckpoint(killed))).toBe(await weightsOf(lastCheckpoint(whole)));
    tuned = lastCheckpoint(whole);
  });

  it('in RL', async () => {
    const config = {
      // Fewer than it takes until a model that never ends an answer, as this barely tuned one, is given up.
      iterations: 2,
      questionsPerIteration: 4,
      pathsPerQuestion: 4,
      pathsPerUpdate: 8,
      maxNewTokens: 96,
      maxStepTokens: 32,
      maxDepth: 6,
      checkpointEvery: 1,
      evaluateEvery: 1,
      evaluateQuestions: 4,
      skipSettled: false,
      learningRate: 1e-4,
    };
    const spec: JobSpecInput = { kind: 'rl', checkpointId: tuned, questionSetId: start.train, config };
    const whole = await run(start.projectId, spec);
    const iterations = (message: FromEngine) =>
      message.type === 'commit' && message.records.some((record) => record.type === 'metrics' && record.step === 2);
    const killed = await run(start.projectId, spec, iterations);
    expect(await metricsOf(killed.id)).toEqual(await metricsOf(whole.id));
    expect(await weightsOf(lastCheckpoint(killed))).toBe(await weightsOf(lastCheckpoint(whole)));
    expect(killed.result).toEqual(whole.result);
  });

  it('after a pause as well', async () => {
    const client = createRouterClient(host.router);
    const spec: JobSpecInput = {
      kind: 'search',
      checkpointId: start.grown,
      questionSetId: start.train,
      config: SEARCH,
    };
    let isAsked = false;
    let id: RunId | null = null;
    // A message says that the engine is at work; the test asks for a pause instead of killing.
    shouldKill = (message) => {
      if (message.type === 'commit' && id && !isAsked) {
        isAsked = true;
        host.services.jobs.pause(id);
      }
      return false;
    };
    ({ id } = await client.runs.start({ projectId: start.projectId, spec: JobSpec.parse(spec) }));
    await host.services.jobs.whenIdle();
    expect((await client.runs.get({ id })).status).toBe('paused');
    await client.runs.resume({ id });
    await host.services.jobs.whenIdle();
    expect((await client.runs.get({ id })).result).toEqual(searched.result);
    expectSameTrees(await treesOf(id), await treesOf(searched.id));
  });
});
