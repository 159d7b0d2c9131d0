import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DryMeasure, DryStepEvent } from '@contracts/dry-step';
import { JobSpec } from '@contracts/jobs';
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

const measure: DryMeasure = {
  openSeconds: 2,
  // 10 walks in 5 seconds; the job has 3 questions × 16 walks: 2 + 24 = 26 s.
  parts: [{ name: 'walks', amount: 10, seconds: 5, deviation: 0.1 }],
  memoryBytes: 4e8,
  stateBytes: 0,
  responsesPerTree: null,
  inputBytes: 0,
  seconds: 8,
};

/** Makes a dry step that finds `found`. */
async function makeDryStep(made: ReturnType<TestHost['makeProject']>, found = measure): Promise<DryStepEvent[]> {
  const events: DryStepEvent[] = [];
  const stream = await host.client.runs.dryStep({ projectId: made.projectId, spec: searchSpec(made) });
  const reading = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const engine = await host.engine();
  await expect.poll(() => engine.hasReceived('dryStep')).toBe(true);
  engine.say({ type: 'dryPhase', phase: 'writing' });
  engine.say({ type: 'dryMeasured', measure: found });
  await reading;
  return events;
}

it('keeps what it measured, and the estimate goes by it', async () => {
  const made = host.makeProject();
  const before = await host.client.runs.estimate({ projectId: made.projectId, spec: searchSpec(made) });
  expect(before.dryStep).toBeNull();
  expect(before.dryStepRefusal).toBeNull();
  const events = await makeDryStep(made);
  expect(events.map((event) => event.type)).toEqual(['phase', 'phase', 'measured']);
  expect(host.engines.at(-1)?.isKilled).toBe(true);
  const after = await host.client.runs.estimate({ projectId: made.projectId, spec: searchSpec(made) });
  expect(after.basis).toBe('Measured by a dry step on this machine.');
  expect(after.dryStep?.raw.seconds).toBeCloseTo(26, 9);
  expect(after.seconds.low).toBeLessThan(26);
  expect(after.seconds.high).toBeGreaterThan(26);
});

it('holds for another number of walks and not for longer steps', async () => {
  const made = host.makeProject();
  await makeDryStep(made);
  const estimate = (config: object) =>
    host.client.runs.estimate({
      projectId: made.projectId,
      spec: JobSpec.parse({ ...searchSpec(made), config }),
    });
  expect((await estimate({ numSimulations: 32, seed: 9 })).dryStep?.raw.seconds).toBeCloseTo(50, 9);
  expect((await estimate({ maxStepTokens: 64 })).dryStep).toBeNull();
});

it('is corrected by what the run took, and the run shows both', async () => {
  const made = host.makeProject();
  await makeDryStep(made);
  const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  host.nowMs += 52_000;
  engine.finish();
  await host.services.jobs.whenIdle();
  const forecast = await host.client.runs.forecast({ id: run.id });
  expect(forecast.actual.seconds).toBe(52);
  expect(forecast.predicted?.basis).toBe('Measured by a dry step on this machine.');
  expect(forecast.correction?.runs).toBe(1);
  expect(forecast.correction?.factor).toBeCloseTo(2, 9);
  const next = await host.client.runs.estimate({ projectId: made.projectId, spec: searchSpec(made) });
  expect(Math.sqrt(next.seconds.low * next.seconds.high)).toBeCloseTo(52, 6);
  expect(next.basis).toContain('took 2.00 times');
});

it('a run that was cancelled teaches nothing', async () => {
  const made = host.makeProject();
  await makeDryStep(made);
  const run = await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  const engine = await host.engine();
  host.nowMs += 1000;
  engine.settle('cancelled');
  engine.exit({ code: 0 });
  await host.services.jobs.whenIdle();
  expect((await host.client.runs.forecast({ id: run.id })).correction).toBeNull();
});

it('is not made beside a run, which stops one that is under way', async () => {
  const made = host.makeProject();
  const stream = await host.client.runs.dryStep({ projectId: made.projectId, spec: searchSpec(made) });
  const reading = (async () => {
    for await (const _event of stream);
  })();
  const dry = await host.engine();
  await expect.poll(() => dry.hasReceived('dryStep')).toBe(true);
  await host.client.runs.start({ projectId: made.projectId, spec: searchSpec(made) });
  await expect(reading).rejects.toThrow('A run has begun');
  expect(dry.isKilled).toBe(true);
  const beside = await host.client.runs.estimate({ projectId: made.projectId, spec: searchSpec(made) });
  expect(beside.dryStepRefusal).toContain('A run is under way');
  const refused = async () => {
    for await (const _event of await host.client.runs.dryStep({ projectId: made.projectId, spec: searchSpec(made) }));
  };
  await expect(refused()).rejects.toThrow('A run is under way');
});

it('says what is the matter when its process dies', async () => {
  const made = host.makeProject();
  const stream = await host.client.runs.dryStep({ projectId: made.projectId, spec: searchSpec(made) });
  const reading = (async () => {
    for await (const _event of stream);
  })();
  const engine = await host.engine();
  await expect.poll(() => engine.hasReceived('dryStep')).toBe(true);
  engine.exit({ signal: 'SIGKILL' });
  await expect(reading).rejects.toThrow('memory ran out');
  expect((await host.client.runs.estimate({ projectId: made.projectId, spec: searchSpec(made) })).dryStep).toBeNull();
});

it('is stopped when nobody listens any more', async () => {
  const made = host.makeProject();
  const stop = new AbortController();
  const stream = await host.client.runs.dryStep(
    { projectId: made.projectId, spec: searchSpec(made) },
    { signal: stop.signal },
  );
  const reading = (async () => {
    for await (const _event of stream);
  })().catch(() => undefined);
  const engine = await host.engine();
  await expect.poll(() => engine.hasReceived('dryStep')).toBe(true);
  stop.abort();
  await reading;
  await expect.poll(() => engine.isKilled).toBe(true);
});
