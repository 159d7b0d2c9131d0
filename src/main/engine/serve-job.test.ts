import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EngineJob, FromEngine, ToEngine } from '@contracts/engine-protocol';
import { JobSpec } from '@contracts/jobs';
import { NumericError } from '@core/errors';
import { PauseRequested, type JobContext, type Runner, type Runners } from './job-context';
import { serveJob } from './serve-job';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'serve-job-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Serves one export job with the given runner; the test is its host. */
function serve(runner: (context: JobContext<'export'>) => ReturnType<Runner<'export'>>, gentle = false) {
  const sent: FromEngine[] = [];
  let listener: (message: unknown) => void = () => undefined;
  let nowMs = 0;
  let loweredPriority = false;
  const settled = Promise.withResolvers<Extract<FromEngine, { type: 'settled' }>>();
  const channel = {
    post: (message: FromEngine) => {
      sent.push(message);
      if (message.type === 'settled') settled.resolve(message);
    },
    onMessage: (added: (message: unknown) => void) => (listener = added),
  };
  const runners = { export: runner } as Partial<Runners> as Runners; // the job is an export; no other row is looked up
  serveJob(channel, runners, {
    nowMs: () => nowMs,
    wallMs: () => nowMs,
    memoryBytes: () => 1000,
    versions: { node: 'x' },
    processor: { physicalCores: 2, logicalCores: 4, source: 'topology' },
    lowerPriority: () => void (loweredPriority = true),
    answerProbe: async () => ({ type: 'devices', devices: [] }),
    onSettled: () => undefined,
  });
  const job: EngineJob = {
    runId: 'r',
    folder,
    seed: 1,
    spec: JobSpec.parse({ kind: 'export', checkpointId: 'c', config: {} }),
    model: null,
    judge: null,
    inputs: { questions: null, trees: null, examples: null, heldOut: null },
    promptsFolder: '',
    threads: 1,
    gentle,
    device: 'cpu',
    deviceName: 'processor',
    deviceReason: '',
    server: null,
  };
  const say = (message: ToEngine) => listener(message);
  say({ type: 'start', job, serverKey: null });
  return {
    sent,
    say,
    settled: settled.promise,
    isLowered: () => loweredPriority,
    at: (ms: number) => void (nowMs = ms),
    progress: () => sent.flatMap((message) => (message.type === 'progress' ? [message.progress.done] : [])),
  };
}

describe('serving a job', () => {
  it('says that it started, logs, and ends with the result', async () => {
    const { sent, settled } = serve((context) => {
      context.log('info', 'hello');
      return Promise.resolve({ outcome: 'finished', result: { files: 3, ratio: Number.NaN } });
    });
    expect(await settled).toEqual({ type: 'settled', outcome: 'finished', result: { files: 3 }, error: null });
    expect(sent.map((message) => message.type)).toEqual(['started', 'log', 'log', 'settled']);
  });

  it('says in its record and its log what it computes with, and steps back when asked to be gentle', async () => {
    const finish = () => Promise.resolve({ outcome: 'finished', result: {} } as const);
    const usual = serve(finish);
    await usual.settled;
    expect(usual.isLowered()).toBe(false);
    const gentle = serve(finish, true);
    await gentle.settled;
    expect(gentle.isLowered()).toBe(true);
    expect(gentle.sent).toContainEqual({ type: 'started', versions: { node: 'x', threads: '1 of 2 cores, gentle' } });
    expect(gentle.sent).toContainEqual({
      type: 'log',
      line: {
        atMs: 0,
        level: 'info',
        message: expect.stringContaining('gently: 1 thread on 2 physical cores'),
        words: { code: 'threads', values: { cores: 2, gentle: 'yes', threads: 1 } },
      },
    });
  });

  it('holds a commit until the host has stored it', async () => {
    const steps: string[] = [];
    const { say, sent, settled } = serve(async (context) => {
      await context.commit([{ type: 'metrics', step: 1, values: { loss: 1 } }]);
      steps.push('after commit');
      await context.commit([]);
      return { outcome: 'finished', result: {} };
    });
    await new Promise(setImmediate);
    expect(steps).toEqual([]);
    const commit = sent.find((message) => message.type === 'commit');
    say({ type: 'ack', batch: commit?.type === 'commit' ? commit.batch : 0 });
    expect((await settled).outcome).toBe('finished');
    expect(steps).toEqual(['after commit']);
  });

  it('turns a thrown error into an envelope', async () => {
    const { settled } = serve(() => {
      throw new NumericError('The loss is NaN.', { where: 'step 3' });
    });
    expect(await settled).toMatchObject({ outcome: 'failed', error: { kind: 'numeric', facts: { where: 'step 3' } } });
  });

  it('gives memory that could not be had a way out', async () => {
    const { settled } = serve(() => {
      throw new RangeError('Array buffer allocation failed');
    });
    expect(await settled).toMatchObject({
      error: { kind: 'resource', facts: { code: 'out-of-memory', wayOut: expect.any(String) } },
    });
  });

  it('pauses when the runner has saved, however deep it was', async () => {
    const { say, settled } = serve(async (context) => {
      while (context.stopRequested() !== 'pause') await new Promise(setImmediate);
      expect(context.cancel.aborted).toBe(false);
      throw new PauseRequested({ done: 2 });
    });
    say({ type: 'pause' });
    expect(await settled).toEqual({ type: 'settled', outcome: 'paused', result: { done: 2 }, error: null });
  });

  it('cancels, whatever breaks on the way out, and even while pausing', async () => {
    const { say, settled } = serve(async (context) => {
      while (!context.cancel.aborted) await new Promise(setImmediate);
      throw new Error('a half-written something');
    });
    say({ type: 'pause' });
    say({ type: 'cancel' });
    say({ type: 'pause' });
    expect(await settled).toEqual({ type: 'settled', outcome: 'cancelled', result: {}, error: null });
  });

  it('sends progress at most every 100 ms, a new phase at once, and the last one always', async () => {
    const go = Promise.withResolvers<void>();
    const harness: { at?: (ms: number) => void } = {};
    const served = serve(async (context) => {
      await go.promise;
      for (let done = 1; done <= 30; done++) {
        harness.at?.(done * 10);
        context.progress({ phase: 'a', done, total: 30, unit: 'files' });
      }
      context.progress({ phase: 'b', done: 0, total: 2, unit: 'files' });
      context.progress({ phase: 'b', done: 1, total: 2, unit: 'files' });
      return { outcome: 'finished', result: {} };
    });
    harness.at = served.at;
    go.resolve();
    await served.settled;
    expect(served.progress()).toEqual([1, 11, 21, 0, 1]);
  });
});
