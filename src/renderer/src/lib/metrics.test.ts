import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MetricSeries } from '@contracts/runs';
import { appendMetrics } from './metrics';

test('a new metric begins its own series, a known one grows', () => {
  const once = appendMetrics([], 1, { loss: 2 });
  const twice = appendMetrics(once, 2, { loss: 1.5, reward: 0.3 });
  expect(twice).toEqual([
    { name: 'loss', steps: [1, 2], values: [2, 1.5] },
    { name: 'reward', steps: [2], values: [0.3] },
  ]);
});

test('a step that comes again after a resume replaces itself and what followed', () => {
  const before: MetricSeries[] = [{ name: 'loss', steps: [1, 2, 3], values: [3, 2, 1] }];
  expect(appendMetrics(before, 2, { loss: 2.5 })).toEqual([{ name: 'loss', steps: [1, 2], values: [3, 2.5] }]);
});

test('steps stay ascending whatever the order of arrival', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 30 }), (steps) => {
      const series = steps.reduce<MetricSeries[]>((now, step) => appendMetrics(now, step, { x: step }), []);
      const seen = series[0]?.steps ?? [];
      expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b));
    }),
  );
});
