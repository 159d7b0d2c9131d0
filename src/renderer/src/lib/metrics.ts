import type { MetricSeries } from '@contracts/runs';

/**
 * Series with the values of one step added; a repeated step (after a resume) replaces the old value and what followed.
 *
 * A new step at the end is pushed into the arrays that are there: copying a hundred thousand points for each new one would keep the window
 * busy. Only the objects around them are new, which is what tells a page that there is something to draw.
 */
export function appendMetrics(
  series: MetricSeries[],
  step: number,
  values: Readonly<Record<string, number>>,
): MetricSeries[] {
  const known = new Set(series.map((one) => one.name));
  const grown = series.map((one) => {
    const value = values[one.name];
    return value === undefined ? one : withPoint(one, step, value);
  });
  const fresh = Object.entries(values).filter(([name]) => !known.has(name));
  return [...grown, ...fresh.map(([name, value]) => ({ name, steps: [step], values: [value] }))];
}

function withPoint(one: MetricSeries, step: number, value: number): MetricSeries {
  const last = one.steps.at(-1);
  if (last === undefined || last < step) {
    one.steps.push(step);
    one.values.push(value);
    return { ...one };
  }
  const keep = one.steps.findIndex((known) => known >= step);
  return { ...one, steps: [...one.steps.slice(0, keep), step], values: [...one.values.slice(0, keep), value] };
}
