import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import type { Alarm } from '@contracts/run-events';
import { makeCheckpoint } from '../testing/records';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

const alarm = (step: number): Alarm => ({
  detector: 'kl-explosion',
  step,
  figures: [{ metric: 'kl', before: 0.1, now: 2 }],
  words: 'The model runs away.',
});

type Made = ReturnType<TestHost['makeProject']>;

async function startRl(made: Made, config: object = {}) {
  const { checkpointId, questionSetId } = made;
  const spec = JobSpec.parse({ kind: 'rl', checkpointId, questionSetId, config });
  const run = await host.client.runs.start({ projectId: made.projectId, spec });
  return { run, engine: await host.engine() };
}

describe('alarms', () => {
  it('are kept once though a resumed run repeats them, with what a person answered', async () => {
    const { run, engine } = await startRl(host.makeProject());
    engine.commit([
      { type: 'metrics', step: 4, values: { kl: 2 } },
      { type: 'alarm', alarm: alarm(4) },
    ]);
    const [event] = await host.client.runs.events({ id: run.id });
    if (event?.kind !== 'alarm') throw new Error('No alarm was kept.');
    expect(event).toMatchObject({ step: 4, answer: null, alarm: { words: 'The model runs away.' } });
    await host.client.runs.answerAlarm({ id: run.id, eventId: event.id, answer: 'goOn' });
    engine.commit([{ type: 'alarm', alarm: alarm(4) }]);
    expect(await host.client.runs.events({ id: run.id })).toMatchObject([{ id: event.id, answer: 'goOn' }]);
    await expect(host.client.runs.answerAlarm({ id: run.id, eventId: 999, answer: 'goOn' })).rejects.toMatchObject({
      data: { kind: 'not_found' },
    });
  });

  it('reach whoever listens, once they are stored', async () => {
    const { run, engine } = await startRl(host.makeProject());
    const seen = host.services.bus.subscribe();
    engine.commit([{ type: 'alarm', alarm: alarm(4) }]);
    const types = [await seen.next(), await seen.next()].map(({ value }) => value?.type);
    expect(types).toEqual(['runEventsChanged', 'alarmRaised']);
    expect(await host.client.runs.events({ id: run.id })).toHaveLength(1);
  });
});

it('a run keeps when it was paused and resumed, at the step it had come to', async () => {
  const { run, engine } = await startRl(host.makeProject());
  engine.commit([{ type: 'metrics', step: 7, values: { kl: 0 } }]);
  await host.client.runs.pause({ id: run.id });
  engine.settle('paused');
  engine.exit({ code: 0 });
  await host.services.jobs.whenIdle();
  host.nowMs += 1000;
  await host.client.runs.resume({ id: run.id });
  await host.engine();
  expect((await host.client.runs.events({ id: run.id })).map(({ kind, step }) => [kind, step])).toEqual([
    ['paused', 7],
    ['resumed', 7],
  ]);
});

describe('a best checkpoint that was replaced', () => {
  const write = (run: { folder: string }, name: string) => {
    const path = join(run.folder, 'output', name, 'model');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, 'config.json'), '{}');
    return path;
  };

  it('goes with its files', async () => {
    const { run, engine } = await startRl(host.makeProject());
    const [former, better] = [write(run, 'best-4'), write(run, 'best-8')];
    engine.commit([makeCheckpoint(former, 4)]);
    engine.commit([makeCheckpoint(better, 8), { type: 'checkpointReplaced', path: former }]);
    await expect.poll(() => existsSync(former)).toBe(false);
    expect(existsSync(better)).toBe(true);
    const { outputs } = await host.client.runs.get({ id: run.id });
    expect(outputs.checkpointIds).toHaveLength(1);
    // A batch that comes again after a kill finds nothing to do.
    engine.commit([{ type: 'checkpointReplaced', path: former }]);
    expect((await host.client.runs.get({ id: run.id })).status).toBe('running');
  });

  it('stays while another run stands on it', async () => {
    const made = host.makeProject();
    const { run, engine } = await startRl(made);
    const former = write(run, 'best-4');
    engine.commit([makeCheckpoint(former, 4)]);
    const [checkpointId] = (await host.client.runs.get({ id: run.id })).outputs.checkpointIds;
    const spec = JobSpec.parse({ kind: 'rl', checkpointId, questionSetId: made.questionSetId, config: {} });
    await host.client.runs.start({ projectId: made.projectId, spec });
    engine.commit([{ type: 'checkpointReplaced', path: former }]);
    expect((await host.client.runs.get({ id: run.id })).outputs.checkpointIds).toEqual([checkpointId]);
    expect(existsSync(former)).toBe(true);
  });
});

describe('a training that is to end early', () => {
  it('is told so and finishes as any other', async () => {
    const { run, engine } = await startRl(host.makeProject());
    await expect.poll(() => engine.hasReceived('start')).toBe(true);
    await host.client.runs.finish({ id: run.id });
    expect(engine.hasReceived('finish')).toBe(true);
    engine.finish({ iterations: 3 });
    await host.services.jobs.whenIdle();
    expect(await host.client.runs.get({ id: run.id })).toMatchObject({ status: 'finished', result: { iterations: 3 } });
  });

  it('must be a training, and must be running', async () => {
    const made = host.makeProject();
    const search = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
    await host.engine();
    const refused = { data: { kind: 'conflict', facts: { code: 'run-state' } } };
    await expect(host.client.runs.finish({ id: search.id })).rejects.toMatchObject(refused);
    const waiting = await host.client.runs.start({
      projectId: made.projectId,
      spec: JobSpec.parse({
        kind: 'rl',
        checkpointId: made.checkpointId,
        questionSetId: made.questionSetId,
        config: {},
      }),
    });
    await expect(host.client.runs.finish({ id: waiting.id })).rejects.toMatchObject(refused);
  });
});

it('what was expected of a run stands beside what it took', async () => {
  const { run, engine } = await startRl(host.makeProject());
  const at = (memoryBytes: number) => ({
    phase: 'exploring',
    done: 1,
    total: 2,
    unit: 'iterations',
    secondsLeft: null,
    tokensPerSecond: null,
    memoryBytes,
    updatedAtMs: host.nowMs,
  });
  engine.say({ type: 'progress', progress: at(900e6) });
  engine.say({ type: 'progress', progress: at(700e6) });
  host.nowMs += 30_000;
  engine.finish();
  await host.services.jobs.whenIdle();
  const { predicted, actual } = await host.client.runs.forecast({ id: run.id });
  expect(predicted?.seconds.high).toBeGreaterThan(predicted?.seconds.low ?? Infinity);
  // The most it was seen with, not the last.
  expect(actual).toMatchObject({ seconds: 30, memoryBytes: 900e6 });
  expect(actual.diskBytes).toBeGreaterThan(0);
});

it('a run that is gone has no events', async () => {
  await expect(host.client.runs.events({ id: 'run-gone' as RunId })).rejects.toMatchObject({
    data: { kind: 'not_found' },
  });
});

it('metrics come packed as they are, bit by bit', async () => {
  const { run, engine } = await startRl(host.makeProject());
  for (const step of [3, 1, 2]) engine.commit([{ type: 'metrics', step, values: { kl: step / 3, reward: -1e-300 } }]);
  const packed = await host.client.runs.packedMetrics({ id: run.id });
  const numbers = (text: string) => {
    const bytes = Buffer.from(text, 'base64');
    return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readDoubleLE(8 * i));
  };
  expect(packed.map(({ name, steps, values }) => ({ name, steps: numbers(steps), values: numbers(values) }))).toEqual(
    await host.client.runs.metrics({ id: run.id }),
  );
});
