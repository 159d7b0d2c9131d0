import type { ProportionInterval } from '@core/eval/wilson';
import { circle, line, picture, polyline, rectangle, SERIES_COLOURS, text } from './svg';

export interface Bar {
  readonly title: string;
  readonly interval: ProportionInterval;
  /** Value of each seed, in fractions of 1. */
  readonly seeds: readonly number[];
  readonly isBase: boolean;
}

const BAR_HEIGHT = 22;
const BAR_GAP = 10;
const LABELS = 350;
const WIDTH = 820;
const HEAD = 40;
const FOOT = 28;
const RIGHT = 56;

/** Horizontal bars from 0 to 100 %, with the interval as a whisker and a dot for each seed. */
export function barPlot(title: string, bars: readonly Bar[]): string {
  const height = HEAD + bars.length * (BAR_HEIGHT + BAR_GAP) + FOOT;
  const span = WIDTH - LABELS - RIGHT;
  const at = (share: number) => LABELS + span * share;
  const bottom = height - FOOT;
  const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((share) => [
    line(at(share), HEAD - 6, at(share), bottom, share === 0 ? 'axis' : 'grid'),
    text(at(share), bottom + 16, `${100 * share} %`, { anchor: 'middle', kind: 'faint' }),
  ]);
  const rows = bars.flatMap(({ title: name, interval, seeds, isBase }, i) => {
    const top = HEAD + i * (BAR_HEIGHT + BAR_GAP);
    const middle = top + BAR_HEIGHT / 2;
    return [
      text(LABELS - 10, middle + 4, name, { anchor: 'end' }),
      rectangle(LABELS, top, span * interval.value, BAR_HEIGHT, isBase ? 'bar base' : 'bar'),
      ...whisker(at(interval.low), at(interval.high), middle - 4),
      ...seeds.map((seed) => circle(at(seed), middle + 6, 2.5, 'dot')),
      text(WIDTH - RIGHT + 8, middle + 4, `${(100 * interval.value).toFixed(1)} %`),
    ];
  });
  const key = text(WIDTH - 16, 24, 'line: 95 % interval of the questions; dots: seeds', {
    anchor: 'end',
    kind: 'faint',
  });
  return picture({ width: WIDTH, height }, title, [text(16, 24, title, { kind: 'title' }), key, ...grid, ...rows]);
}

function whisker(from: number, to: number, y: number): string[] {
  return [
    line(from, y, to, y, 'whisker'),
    line(from, y - 3, from, y + 3, 'whisker'),
    line(to, y - 3, to, y + 3, 'whisker'),
  ];
}

export interface Curve {
  readonly title: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface CurveAxes {
  readonly x: string;
  readonly isLogX?: boolean;
  /** Percent from 0 to the largest value, instead of plain numbers. */
  readonly isShare?: boolean;
}

/** Width of a character of a curve's name, generously. */
const CHARACTER = 6.6;

const PLOT = { width: 760, height: 320, left: 56, right: 230, top: 44, bottom: 44 };

/** Lines over a common axis, named at the right in the order of their last values. */
export function curvePlot(title: string, curves: readonly Curve[], axes: CurveAxes, size = PLOT): string {
  const all = curves.flatMap(({ points }) => points);
  if (all.length === 0)
    return picture(size, title, [text(16, 24, title, { kind: 'title' }), text(16, 60, 'not run', { kind: 'faint' })]);
  const scaleX = axes.isLogX ? (x: number) => Math.log2(Math.max(1, x)) : (x: number) => x;
  const [fromX, toX] = bounds(all.map(([x]) => scaleX(x)));
  const ticks = niceTicks(Math.min(0, ...all.map(([, y]) => y)), Math.max(...all.map(([, y]) => y)));
  const [fromY, toY] = bounds(ticks);
  const { height, left, top, bottom } = size;
  const right = Math.max(size.right, 24 + CHARACTER * Math.max(...curves.map((curve) => curve.title.length)));
  const width = size.width - size.right + right;
  const x = (value: number) => left + ((scaleX(value) - fromX) / (toX - fromX || 1)) * (width - left - right);
  const y = (value: number) => height - bottom - ((value - fromY) / (toY - fromY || 1)) * (height - top - bottom);
  const grid = ticks.flatMap((value) => [
    line(left, y(value), width - right, y(value), value === fromY ? 'axis' : 'grid'),
    text(left - 8, y(value) + 4, axes.isShare ? `${(100 * value).toFixed(0)} %` : short(value), {
      anchor: 'end',
      kind: 'faint',
    }),
  ]);
  const marksX = axes.isLogX ? powersBetween(fromX, toX) : [fromX, (fromX + toX) / 2, toX].map(Math.round);
  // The last one keeps left of the names.
  const below = [...new Set(marksX)].map((value) =>
    text(x(value), height - bottom + 16, short(value), {
      anchor: x(value) > width - right - 12 ? 'end' : 'middle',
      kind: 'faint',
    }),
  );
  const ordered = curves.map((curve, i) => ({ ...curve, i })).filter(({ points }) => points.length > 0);
  const labels = spreadOut(
    ordered.map(({ points }) => y(points.at(-1)?.[1] ?? 0)),
    height - 12,
  );
  return picture({ width, height }, title, [
    text(16, 24, title, { kind: 'title' }),
    ...grid,
    ...below,
    text((left + width - right) / 2, height - 8, axes.x, { anchor: 'middle', kind: 'faint' }),
    ...ordered.flatMap(({ points, title: name, i }, at) => [
      polyline(
        points.map(([a, b]) => [x(a), y(b)] as const),
        `s${i % SERIES_COLOURS}`,
      ),
      text(width - right + 10, (labels[at] ?? 0) + 4, name, { kind: `f${i % SERIES_COLOURS}` }),
    ]),
  ]);
}

/** Small plot for one of several signals side by side. */
export const SMALL_PLOT = { ...PLOT, height: 240 };

/** Positions moved apart so that words do not lie on each other, none below `lowest`; the order stays. */
function spreadOut(positions: readonly number[], lowest: number, distance = 16): number[] {
  const result = [...positions];
  const order = positions.map((_, i) => i).sort((a, b) => positions[a]! - positions[b]!);
  order.slice(1).forEach((index, i) => {
    const above = result[order[i]!]!;
    result[index] = Math.max(result[index]!, above + distance);
  });
  order.toReversed().forEach((index, i) => {
    result[index] = Math.min(result[index]!, lowest - i * distance);
  });
  return result;
}

function bounds(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** At most six round numbers that take in a range. */
function niceTicks(from: number, to: number): readonly number[] {
  const rough = Math.max(1e-9, to - from) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.floor(from / step);
  const last = Math.max(first + 1, Math.ceil(to / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
}

function powersBetween(from: number, to: number): number[] {
  return Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, i) => 2 ** (Math.ceil(from) + i));
}

function short(value: number): string {
  return Math.abs(value) >= 1000 ? `${Number((value / 1000).toPrecision(2))}k` : String(Number(value.toPrecision(3)));
}
