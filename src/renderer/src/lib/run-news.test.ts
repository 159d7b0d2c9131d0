import { describe, expect, test } from 'vitest';
import type { Run } from '@contracts/runs';
import { isNews } from './run-news';

const run = (change: Partial<Run>): Run =>
  ({ status: 'finished', activeSeconds: 60, finishedAtMs: 1_000_000, ...change }) as Run; // the rest is not read

describe('the end of a run', () => {
  test('is news once, when it was long', () => {
    expect(isNews('running', run({}), 1_000_100)).toBe(true);
    expect(isNews('finished', run({}), 1_000_100)).toBe(false);
    expect(isNews('running', run({ activeSeconds: 5 }), 1_000_100)).toBe(false);
    expect(isNews('running', run({ status: 'paused' }), 1_000_100)).toBe(false);
    expect(isNews('running', run({ status: 'failed' }), 1_000_100)).toBe(true);
  });

  test('of a run that this window never saw is news while it is fresh', () => {
    expect(isNews(undefined, run({}), 1_005_000)).toBe(true);
    expect(isNews(undefined, run({}), 2_000_000)).toBe(false);
  });
});
