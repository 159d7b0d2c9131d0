import { expect, it } from 'vitest';
import type { JobRecord } from '@contracts/engine-protocol';
import { JobSpec } from '@contracts/jobs';
import { NumericError } from '@core/errors';
import { NEW_GUARD, type GuardState } from '@core/train/guard/guard';
import type { JobContext } from '../job-context';
import { guardedMetrics, guardedWork, wantsPause } from './guarding';
import { watchedQuestions } from './watched-questions';

function trainingWith(onCollapse: 'tell' | 'pause' | 'ignore') {
  const spec = JobSpec.parse({ kind: 'rl', checkpointId: 'c', questionSetId: 'q', config: { onCollapse } });
  const committed: JobRecord[] = [];
  const logged: string[] = [];
  const context = {
    // Holds because the spec was made of this kind above.
    spec: spec as JobContext<'rl'>['spec'],
    log: (_level: string, message: string) => void logged.push(message),
    commit: async (records: readonly JobRecord[]) => void committed.push(...records),
  };
  return { context, committed, logged, progress: { guard: NEW_GUARD as GuardState } };
}

/** Eight iterations close to the start, then far from it. */
const KL = [0.01, 0.02, 0.02, 0.03, 0.03, 0.04, 0.05, 0.05, 3, 3];

function replay({ context, progress }: ReturnType<typeof trainingWith>): JobRecord[][] {
  return KL.map((kl, i) => guardedMetrics(context, progress, i + 1, { kl }));
}

it('an alarm goes with the metrics of its step, into the log, and into what is saved', () => {
  const training = trainingWith('tell');
  const records = replay(training);
  expect(records.map((each) => each.map(({ type }) => type))).toEqual([
    ...Array.from({ length: 9 }, () => ['metrics']),
    ['metrics', 'alarm'],
  ]);
  expect(training.logged).toEqual([expect.stringMatching(/^Guard, kl-explosion: The model is 3 nats/)]);
  expect(training.progress.guard.seenAt).toEqual({ 'kl-explosion': 10 });
  expect(wantsPause(training.context, records.at(-1)!)).toBe(false);
});

it('pauses only where a person asked for it, and says nothing where nobody wants to hear', () => {
  const pausing = trainingWith('pause');
  const records = replay(pausing);
  expect(records.map((each) => wantsPause(pausing.context, each))).toEqual([
    ...Array.from({ length: 9 }, () => false),
    true,
  ]);
  const ignoring = trainingWith('ignore');
  expect(
    replay(ignoring)
      .flat()
      .every(({ type }) => type === 'metrics'),
  ).toBe(true);
  expect(ignoring.progress.guard).toEqual(NEW_GUARD);
});

it('stores no figure that is no number, and says which it was', () => {
  const { context, progress } = trainingWith('tell');
  expect(guardedMetrics(context, progress, 1, { kl: 0.1, policyLoss: Number.NaN })).toEqual([
    { type: 'metrics', step: 1, values: { kl: 0.1 } },
    {
      type: 'alarm',
      alarm: {
        detector: 'not-finite',
        step: 1,
        figures: [{ metric: 'policyLoss', before: null, now: null }],
        words: 'Not a finite number any more: policyLoss.',
      },
    },
  ]);
});

it('tells of arithmetic that broke down before the run fails with it', async () => {
  const { context, committed } = trainingWith('tell');
  const broken = new NumericError('The loss is NaN.', { code: 'loss-not-finite' });
  await expect(guardedWork(context, 7, () => Promise.reject(broken))).rejects.toBe(broken);
  expect(committed).toMatchObject([
    { type: 'alarm', alarm: { detector: 'not-finite', step: 7, words: 'The loss is NaN.' } },
  ]);
  await expect(guardedWork(context, 8, () => Promise.reject(new Error('other')))).rejects.toThrow('other');
  expect(committed).toHaveLength(1);
});

it('watches the same few questions: held-out ones, or where there are none those it trains on, each once', () => {
  const rows = (...ids: string[]) => ids.map((id) => ({ id, prompt: id, referenceAnswer: '1' }));
  const ids = (heldOut: string[], trained: string[]) =>
    watchedQuestions(rows(...heldOut), rows(...trained)).map(({ id }) => id);
  expect(ids(['a', 'b', 'c', 'd', 'e'], ['t'])).toEqual(['a', 'b', 'c', 'd']);
  expect(ids([], ['t', 't', 'u'])).toEqual(['t', 'u']);
});
