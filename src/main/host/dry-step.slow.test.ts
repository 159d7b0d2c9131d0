import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DryStepEvent } from '@contracts/dry-step';
import type { ProjectId } from '@contracts/ids';
import { JobSpec, type JobSpecInput } from '@contracts/jobs';
import { findDryStep } from './store/repositories/estimates';
import { selectAll } from './store/sql';
import { RealHost } from './testing/real-host';

/** Dry steps by real engine processes on the demo project, and what a run teaches. Nothing here is gated on time. */
let real: RealHost;
let projectId: ProjectId;
const client = () => real.client;

beforeAll(async () => {
  real = await RealHost.open('dry-step-test');
  projectId = (await client().projects.openDemo({})).id;
}, 300_000);

afterAll(() => real.close(), 60_000);

/** What the demo project has for each kind of job. */
async function jobs(): Promise<Record<'search' | 'evaluate' | 'sft' | 'prm' | 'rl', JobSpecInput>> {
  const [runs, sets] = await Promise.all([client().runs.list({ projectId }), client().questions.list({ projectId })]);
  const runOf = (kind: string) => runs.find((run) => run.kind === kind);
  const train = sets.find(({ role }) => role === 'train')?.id ?? '';
  const test = sets.find(({ role }) => role === 'test')?.id ?? '';
  const tuned = runOf('sft')?.outputs.checkpointIds.at(-1) ?? '';
  const base = runOf('sft')?.parents.checkpointId ?? '';
  const searched = runOf('search');
  const grower = searched?.parents.checkpointId ?? '';
  const datasetId = runOf('examples')?.outputs.datasetId ?? '';
  const searchRunId = searched?.id ?? '';
  return {
    search: {
      kind: 'search',
      checkpointId: grower as never,
      questionSetId: train as never,
      config: { promptSet: 'workbook', maxQuestions: 6, numSimulations: 4, maxStepTokens: 48, maxAnswerTokens: 48 },
    },
    evaluate: {
      kind: 'evaluate',
      checkpointId: tuned as never,
      questionSetId: test as never,
      config: { maxQuestions: 12, mode: 'both', numSimulations: 4, maxNewTokens: 128 },
    },
    sft: {
      kind: 'sft',
      checkpointId: base as never,
      datasetId: datasetId as never,
      config: { maxUpdates: 6, minUpdates: 0, maxTokens: 256, batchSize: 8, validateEvery: 3 },
    },
    prm: {
      kind: 'prm',
      checkpointId: base as never,
      searchRunId: searchRunId as never,
      config: { maxUpdates: 6, minUpdates: 0, maxTokens: 256, batchSize: 8 },
    },
    rl: {
      kind: 'rl',
      checkpointId: tuned as never,
      questionSetId: train as never,
      config: { iterations: 2, questionsPerIteration: 4, pathsPerQuestion: 4, maxNewTokens: 128, evaluateQuestions: 8 },
    },
  };
}

const PARTS = {
  search: ['walks'],
  evaluate: ['answers', 'tries'],
  sft: ['trainRows', 'updates', 'readRows', 'answers', 'saves'],
  prm: ['trainRows', 'updates', 'readRows', 'saves'],
  rl: ['paths', 'trainRows', 'updates', 'readRows', 'answers', 'saves'],
} as const;

it.each(['search', 'evaluate', 'sft', 'prm', 'rl'] as const)(
  'measures every part of %s and draws a range from it',
  async (kind) => {
    const spec = JobSpec.parse((await jobs())[kind]);
    const events: DryStepEvent[] = [];
    for await (const event of await client().runs.dryStep({ projectId, spec })) events.push(event);
    expect(events.at(-1)?.type).toBe('measured');
    const { db } = real.host.services;
    const newest = selectAll<{ key: string }>(db, 'SELECT key FROM dry_steps ORDER BY rowid DESC LIMIT 1', {})[0];
    const kept = findDryStep(db, newest?.key ?? '');
    expect(kept?.measure.parts.map(({ name }) => name)).toEqual(PARTS[kind]);
    for (const { amount, seconds } of kept?.measure.parts ?? []) {
      expect(amount).toBeGreaterThan(0);
      expect(seconds).toBeGreaterThan(0);
    }
    expect(kept?.measure.openSeconds).toBeGreaterThan(0);
    expect(kept?.measure.memoryBytes).toBeGreaterThan(1e7);
    const { dryStep, seconds, memoryBytes, diskBytes } = await client().runs.estimate({ projectId, spec });
    expect(dryStep?.raw.seconds).toBeGreaterThan(kept?.measure.openSeconds ?? 0);
    for (const { low, high } of [seconds, memoryBytes]) {
      expect(low).toBeGreaterThan(0);
      expect(high).toBeGreaterThan(low);
    }
    expect(diskBytes.high).toBeGreaterThanOrEqual(diskBytes.low);
  },
  120_000,
);

it('a finished run moves the next estimate towards what it took', async () => {
  const spec = JobSpec.parse((await jobs()).sft);
  const before = await client().runs.estimate({ projectId, spec });
  const run = await client().runs.start({ projectId, spec });
  await real.host.services.jobs.whenIdle();
  const { predicted, actual, correction } = await client().runs.forecast({ id: run.id });
  expect((await client().runs.get({ id: run.id })).status).toBe('finished');
  expect(predicted?.seconds).toEqual(before.seconds);
  expect(correction?.runs).toBe(1);
  const after = await client().runs.estimate({ projectId, spec });
  const centre = ({ low, high }: { low: number; high: number }) => Math.log(low * high) / 2;
  const distance = (one: typeof after) => Math.abs(centre(one.seconds) - Math.log(actual.seconds));
  expect(distance(after)).toBeLessThanOrEqual(distance(before) + 1e-9);
}, 180_000);
