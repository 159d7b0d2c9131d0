import { expect, it } from 'vitest';
import type { MetricSeries } from '@contracts/runs';
import { chartsOf } from './run-charts';

const metric = (name: string, values: number[]): MetricSeries => ({ name, steps: values.map((_, i) => i), values });

it('shows the charts of a kind in the order of the table, with spreads as bands', () => {
  const charts = chartsOf('rl', [metric('kl', [1]), metric('reward', [1, 2]), metric('rewardStd', [0.1, 0.2])]);
  expect(charts.map(({ id }) => id)).toEqual(['reward', 'kl']);
  expect(charts[0]?.series[0]?.spread).toEqual([0.1, 0.2]);
});

it('gives a metric that no row names a chart of its own, and hides what others say better', () => {
  const charts = chartsOf('sft', [metric('mystery', [1]), metric('heldOutQuestions', [50])]);
  expect(charts.map(({ id }) => id)).toEqual(['mystery']);
});

it('stacks the functional tokens that are used, in their colours', () => {
  const [chart] = chartsOf('rl', [metric('use.verify', [1, 0]), metric('use.refine', [0, 0])]);
  expect(chart).toMatchObject({ isStacked: true, series: [{ token: 'verify' }] });
  expect(chart?.series).toHaveLength(1);
});

it('leaves out parts of a reward that are zero throughout', () => {
  const [chart] = chartsOf('rl', [metric('reward.answer', [1]), metric('reward.form', [0])]);
  expect(chart?.series.map(({ name }) => name)).toEqual(['reward.answer']);
});
