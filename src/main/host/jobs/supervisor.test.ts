import { readFileSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunId } from '@contracts/ids';
import type { WorkbenchEvent } from '@contracts/runs';
import { forecastOf, getRun, startRun } from '../services/runs';
import { listTrees } from '../services/trees';
import { listMetrics } from '../store/repositories/telemetry';
import { openMemoryDatabase } from '../store/database';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';
import { makeCheckpoint, makeTree } from '../testing/records';

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

/** Starts a search and gives its run with the engine that has it. */
async function begin(made = host.makeProject()) {
  const run = startRun(host.services, { projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  return { ...made, id: run.id, engine };
}

const statusOf = (id: RunId) => getRun(host.services, id).status;
const idle = () => host.services.jobs.whenIdle();

describe('a run whose folder is gone', () => {
  it('is not begun anew over its own figures: resuming says so', async () => {
    const { engine, id } = await begin();
    engine.say({ type: 'started', versions: { onnxruntime: '1.30.0' } });
    host.services.jobs.pause(id);
    engine.settle('paused');
    await idle();
    const { folder: place } = getRun(host.services, id);
    renameSync(place, `${place}-elsewhere`);
    expect((await forecastOf(host.services, id)).isFolderGone).toBe(true);
    expect(() => host.services.jobs.resume(id)).toThrow(expect.objectContaining({ code: 'run-folder-gone' }));
    renameSync(`${place}-elsewhere`, place);
    expect((await forecastOf(host.services, id)).isFolderGone).toBe(false);
    host.services.jobs.resume(id);
    (await host.engine()).finish();
    await idle();
    expect(statusOf(id)).toBe('finished');
  });
});

describe('a job from start to end', () => {
  it('gives the engine its inputs as files, its seed and its model', async () => {
    const { engine, id } = await begin();
    const { job } = engine;
    expect(job).toMatchObject({ runId: id, seed: 1, model: { name: 'base', format: 'folder', promptSet: 'instruct' } });
    const lines = readFileSync(job.inputs.questions ?? '', 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { id: 'q1', prompt: 'What is 1 + 1?', referenceAnswer: '2' },
      { id: 'q2', prompt: 'What is 2 + 2?', referenceAnswer: '4' },
      { id: 'q3', prompt: 'What is 3 + 3?', referenceAnswer: '6' },
    ]);
    expect(job.inputs.heldOut).toBeNull();
    engine.finish();
    await idle();
  });

  it('stores records before it acknowledges them, and the result at the end', async () => {
    const { engine, id, projectId } = await begin();
    engine.say({ type: 'started', versions: { onnxruntime: '1.30.0' } });
    const batch = engine.commit([makeTree('q1'), { type: 'metrics', step: 1, values: { solved: 1 } }]);
    expect(engine.acknowledged).toEqual([batch]);
    expect(getRun(host.services, id).outputs.treeCount).toBe(1);
    expect(listMetrics(host.services.db, id)).toEqual([{ name: 'solved', steps: [1], values: [1] }]);
    host.nowMs += 2500;
    engine.finish({ trees: 1 });
    await idle();
    const run = getRun(host.services, id);
    expect(run).toMatchObject({ status: 'finished', result: { trees: 1 }, activeSeconds: 2.5, error: null });
    expect(run.versions).toMatchObject({ onnxruntime: '1.30.0', workbench: expect.any(String) });
    const query = { projectId, filter: 'mixed', search: '', offset: 0, limit: 10 } as const;
    expect(listTrees(host.services, query)).toMatchObject({
      total: 1,
      trees: [{ rightLeaves: 1, wrongLeaves: 1, isSolved: true }],
    });
  });

  it('runs one job after the other, in the order they were asked for', async () => {
    const made = host.makeProject();
    const first = await begin(made);
    const second = startRun(host.services, { projectId: made.projectId, spec: searchSpec(made) });
    expect(statusOf(second.id)).toBe('queued');
    expect(host.engines).toHaveLength(1);
    first.engine.finish();
    const next = await host.engine();
    expect(next.job.runId).toBe(second.id);
    next.finish();
    await idle();
    expect([statusOf(first.id), statusOf(second.id)]).toEqual(['finished', 'finished']);
  });

  it('tells windows in the order in which things were stored', async () => {
    const events: WorkbenchEvent[] = [];
    const watching = (async () => {
      for await (const event of host.services.bus.subscribe()) events.push(event);
    })();
    const { engine, id } = await begin();
    engine.commit([makeTree('q1'), makeTree('q2')]);
    engine.finish();
    await idle();
    host.services.bus.close();
    await watching;
    const words = events.map((event) => (event.type === 'runChanged' ? event.run.status : event.type));
    expect(words).toEqual(['queued', 'running', 'treesAdded', 'finished']);
    expect(events[2]).toEqual({ type: 'treesAdded', runId: id, count: 2 });
  });
});

describe('repeated work', () => {
  it('replaces records that come again, and keeps their ids', async () => {
    const { engine, id, projectId } = await begin();
    engine.commit([makeTree('q1'), makeCheckpoint('/out/10', 10), { type: 'metrics', step: 1, values: { loss: 2 } }]);
    const query = { projectId, runId: id, filter: 'all', search: '', offset: 0, limit: 10 } as const;
    const before = listTrees(host.services, query);
    engine.commit([
      makeTree('q1', { newTokens: 99 }),
      makeCheckpoint('/out/10', 10),
      { type: 'metrics', step: 1, values: { loss: 1.5 } },
    ]);
    const after = listTrees(host.services, query);
    expect(after.total).toBe(1);
    expect(after.trees[0]).toMatchObject({ id: before.trees[0]?.id, newTokens: 99, nodeCount: 3 });
    expect(getRun(host.services, id).outputs.checkpointIds).toHaveLength(1);
    expect(listMetrics(host.services.db, id)).toEqual([{ name: 'loss', steps: [1], values: [1.5] }]);
    engine.finish();
    await idle();
  });

  it('sends a resumed run the same job, whatever changed meanwhile', async () => {
    const { engine, id, questionSetId } = await begin();
    const first = engine.job;
    engine.exit({ code: 1 });
    await idle();
    host.services.db.prepare('DELETE FROM questions WHERE set_id = ?').run(questionSetId);
    await host.client.system.changeSettings({ gentle: true });
    host.services.jobs.resume(id);
    const second = await host.engine();
    expect(second.job).toEqual(first);
    expect(
      readFileSync(second.job.inputs.questions ?? '', 'utf8')
        .trimEnd()
        .split('\n'),
    ).toHaveLength(3);
    second.finish();
    await idle();
    expect(statusOf(id)).toBe('finished');
  });
});

describe('a job settles exactly once', () => {
  it('is interrupted when the engine exits without a word, even with code 0', async () => {
    const { engine, id } = await begin();
    engine.exit({ code: 0, lastWords: 'the last line' });
    await idle();
    const run = getRun(host.services, id);
    expect(run.status).toBe('interrupted');
    expect(run.error).toMatchObject({ facts: { code: 'engine-exit', kept: expect.stringContaining('checkpoint') } });
    expect(run.error?.technical).toContain('the last line');
    expect(run.finishedAtMs).toBeNull();
  });

  it('names memory when the system killed it', async () => {
    const { engine, id } = await begin();
    engine.exit({ signal: 'SIGKILL' });
    await idle();
    expect(getRun(host.services, id).error).toMatchObject({ kind: 'resource', facts: { code: 'engine-killed' } });
  });

  it('ignores what comes after the end', async () => {
    const { engine, id } = await begin();
    engine.settle('finished', { trees: 0 });
    const late = engine.commit([makeTree('q1')]);
    engine.settle('failed');
    engine.exit({ code: 1 });
    await idle();
    expect(getRun(host.services, id)).toMatchObject({ status: 'finished', error: null, outputs: { treeCount: 0 } });
    expect(engine.acknowledged).not.toContain(late);
  });

  it('kills an engine that does not go after it settled', async () => {
    const { engine } = await begin();
    engine.settle('finished');
    await idle();
    expect(engine.isKilled).toBe(true);
  });

  it('keeps a failure with its envelope', async () => {
    const { engine, id } = await begin();
    const error = {
      kind: 'numeric',
      message: 'The loss is NaN at step 7.',
      facts: { code: 'not-finite', where: 'step 7' },
    } as const;
    engine.say({ type: 'settled', outcome: 'failed', result: {}, error });
    engine.exit({ code: 0 });
    await idle();
    expect(getRun(host.services, id)).toMatchObject({ status: 'failed', error });
  });

  it('stops an engine that speaks another language', async () => {
    const { engine, id } = await begin();
    engine.sayRaw({ type: 'progress', progress: 'half' });
    await idle();
    expect(engine.isKilled).toBe(true);
    expect(getRun(host.services, id)).toMatchObject({
      status: 'failed',
      error: { facts: { code: 'engine-protocol' } },
    });
  });

  it('fails with the reason when a batch cannot be stored, acknowledges nothing, and keeps what was stored before', async () => {
    const { engine, id } = await begin();
    const { db } = host.services;
    engine.commit([makeTree('q1')]);
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
    const big = makeTree('q2', { prompt: 'x'.repeat(1_000_000) });
    const batch = engine.commit([makeTree('q3'), big]);
    await idle();
    db.pragma('max_page_count = 1000000');
    expect(engine.acknowledged).not.toContain(batch);
    expect(engine.isKilled).toBe(true);
    expect(getRun(host.services, id).outputs.treeCount).toBe(1);
    // With room again the run goes on.
    host.services.jobs.resume(id);
    const again = await host.engine();
    again.commit([makeTree('q3'), big]);
    again.finish();
    await idle();
    expect(getRun(host.services, id)).toMatchObject({ status: 'finished', outputs: { treeCount: 3 } });
  });
});

it('outlives a disk that is full when the engine only has something to say', async () => {
  const { engine, id } = await begin();
  const { db } = host.services;
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  engine.say({ type: 'log', line: { atMs: 1, level: 'info', message: 'x'.repeat(1_000_000) } });
  await idle();
  db.pragma('max_page_count = 1000000');
  expect(getRun(host.services, id).error ?? { facts: { code: 'disk-full' } }).toMatchObject({
    facts: { code: 'disk-full' },
  });
  expect(engine.isKilled).toBe(true);
  host.services.jobs.resume(id);
  (await host.engine()).finish();
  await idle();
  expect(statusOf(id)).toBe('finished');
});

describe('what a person asks', () => {
  it('pauses at a safe point and goes on', async () => {
    const { engine, id } = await begin();
    host.services.jobs.pause(id);
    expect(statusOf(id)).toBe('pausing');
    expect(engine.hasReceived('pause')).toBe(true);
    engine.settle('paused', { trees: 1 });
    engine.exit({ code: 0 });
    await idle();
    expect(getRun(host.services, id)).toMatchObject({ status: 'paused', finishedAtMs: null });
    host.services.jobs.resume(id);
    (await host.engine()).finish({ trees: 3 });
    await idle();
    expect(getRun(host.services, id)).toMatchObject({ status: 'finished', result: { trees: 3 } });
  });

  it('adds the work of all executions, without the pause', async () => {
    const { engine, id } = await begin();
    host.nowMs += 1000;
    engine.settle('paused');
    engine.exit({ code: 0 });
    await idle();
    host.nowMs += 60_000;
    host.services.jobs.resume(id);
    const again = await host.engine();
    host.nowMs += 500;
    again.finish();
    await idle();
    expect(getRun(host.services, id).activeSeconds).toBe(1.5);
  });

  it('cancels by asking first', async () => {
    const { engine, id } = await begin();
    host.services.jobs.cancel(id);
    engine.settle('cancelled');
    engine.exit({ code: 0 });
    await idle();
    expect(engine.isKilled).toBe(false);
    expect(statusOf(id)).toBe('cancelled');
  });

  it('kills an engine that does not listen, after the grace', async () => {
    const { engine, id } = await begin();
    host.services.jobs.cancel(id);
    await idle();
    expect(engine.isKilled).toBe(true);
    expect(getRun(host.services, id)).toMatchObject({ status: 'cancelled', error: null });
  });

  it('pauses and cancels what only waits, without an engine', async () => {
    const made = host.makeProject();
    const { engine } = await begin(made);
    const start = () => startRun(host.services, { projectId: made.projectId, spec: searchSpec(made) }).id;
    const [paused, cancelled] = [start(), start()];
    host.services.jobs.pause(paused);
    host.services.jobs.cancel(cancelled);
    engine.finish();
    await idle();
    expect([statusOf(paused), statusOf(cancelled)]).toEqual(['paused', 'cancelled']);
    expect(host.engines).toHaveLength(1);
  });

  it('refuses what makes no sense, and says why', async () => {
    const { engine, id } = await begin();
    engine.finish();
    await idle();
    expect(() => host.services.jobs.pause(id)).toThrow(/cannot be paused/);
    expect(() => host.services.jobs.resume(id)).toThrow(/it is finished/);
    expect(() => host.services.jobs.cancel(id)).toThrow(/it has finished/);
  });
});

describe('a host that stops', () => {
  it('lets a running job save, and finds it paused again', async () => {
    const { engine, id } = await begin();
    const closing = host.host.close(1000);
    await new Promise(setImmediate);
    expect(engine.hasReceived('pause')).toBe(true);
    engine.settle('paused');
    engine.exit({ code: 0 });
    await closing;
    host = new TestHost(folder.path);
    expect(statusOf(id)).toBe('paused');
  });

  it('finds runs of a dead host interrupted, with the way to go on', async () => {
    const { id, projectId, engine, ...made } = await begin();
    const waiting = startRun(host.services, { projectId, spec: searchSpec(made) });
    // A copy of the store as a killed host leaves it.
    const asLeft = openMemoryDatabase();
    asLeft.close();
    await host.host.close(0);
    for (const run of [id, waiting.id]) {
      const reopened = new TestHost(folder.path);
      reopened.services.db.prepare(`UPDATE runs SET status = 'running' WHERE id = ?`).run(run);
      await reopened.host.close(0);
    }
    host = new TestHost(folder.path);
    expect([statusOf(id), statusOf(waiting.id)]).toEqual(['interrupted', 'interrupted']);
    expect(getRun(host.services, id).error).toMatchObject({
      facts: { code: 'host-stopped', wayOut: expect.stringContaining('Resume') },
    });
    host.services.jobs.resume(id);
    (await host.engine()).finish();
    await idle();
    expect(statusOf(id)).toBe('finished');
    expect(engine.hasExited).toBe(true);
  });
});

it('sends progress to windows at most ten times a second, and stores it each second', async () => {
  const { engine, id } = await begin();
  let sent = 0;
  const watching = (async () => {
    for await (const event of host.services.bus.subscribe())
      if (event.type === 'runChanged' && event.run.progress) sent++;
  })();
  const start = host.nowMs;
  for (let ms = 0; ms <= 3000; ms += 10) {
    host.nowMs = start + ms;
    engine.say({
      type: 'progress',
      progress: {
        phase: 'growing trees',
        done: ms,
        total: 3000,
        unit: 'trees',
        secondsLeft: null,
        tokensPerSecond: null,
        memoryBytes: null,
        updatedAtMs: host.nowMs,
      },
    });
    await new Promise(setImmediate);
  }
  expect(sent).toBeGreaterThan(20);
  expect(sent).toBeLessThanOrEqual(31);
  engine.finish();
  await idle();
  host.services.bus.close();
  await watching;
  expect(getRun(host.services, id).progress).toMatchObject({ done: 3000 });
});
