import { useEffect, useMemo, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatInteger, formatNumber } from '../lib/format';
import { useThemeName } from '../lib/use-theme-name';
import { Button } from '../ui/Button';
import { alignSeries, decimate, smooth, toCsv, type Series } from './series';
import { texts } from './texts/en';
import { labelTicks, WHOLE_STEPS } from './ticks';
import './line-chart.css';

const HEIGHT = 180;
/** More points than pixels show nothing more. */
const MAX_POINTS = 4000;
/** Short series are read point by point; smoothing would only shift them. */
const SMOOTH_FROM = 60;
const MAX_SMOOTHING = 0.97;

export interface LineChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  /** Charts with the same key share the cursor. */
  readonly cursorGroup: string;
  readonly isLog?: boolean;
  /** Also draws a smoothed line over a long, noisy series. */
  readonly isNoisy?: boolean;
  /** Axis labels of a share of 1. */
  readonly isShare?: boolean;
}

/** Lines over steps: raw faint, smoothed strong, the latest value beside the title, one cursor over all charts of a group. */
export function LineChart({
  title,
  series,
  cursorGroup,
  isLog = false,
  isShare = false,
  isNoisy = true,
}: LineChartProps) {
  const frameRef = useRef<HTMLDivElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const theme = useThemeName();
  const data = useMemo(() => toPlotData(series, isNoisy), [series, isNoisy]);
  const labels = JSON.stringify(series.map((each) => each.label));
  const isSmoothed = data.length > series.length + 1;
  const isSingle = series.every((each) => each.steps.length === 1);
  const format = (value: number) => (isShare ? `${formatNumber(value * 100)} %` : formatNumber(value));

  // What decides the plot's lines, as one value: the plot is made anew only when it changes, new points come through setData.
  const lines = useMemo(
    (): PlotLines => ({ labels: JSON.parse(labels) as string[], isSmoothed, isSingle }),
    [labels, isSmoothed, isSingle],
  );
  useEffect(() => {
    const frame = frameRef.current;
    if (!frame) return undefined;
    const plot = new uPlot(plotOptions(frame, lines, { cursorGroup, isLog, isShare }), emptyData(lines), frame);
    plotRef.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: frame.clientWidth, height: HEIGHT }));
    observer.observe(frame);
    return () => {
      observer.disconnect();
      plot.destroy();
      plotRef.current = null;
    };
    // The theme is read from the page while the plot is made.
  }, [lines, cursorGroup, isLog, isShare, theme]);

  useEffect(() => plotRef.current?.setData(data), [data, lines, cursorGroup, isLog, isShare, theme]);

  const latest = series
    .map((each) => ({ each, value: each.values.at(-1), step: each.steps.at(-1) }))
    .filter((row) => row.value !== undefined);
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <span className="chart-title">{title}</span>
        {latest.map(({ each, value }, i) => (
          <span key={each.name} className="chart-latest" data-line={(i % 5) + 1}>
            {series.length > 1 && `${each.label} `}
            <b>{format(value ?? 0)}</b>
          </span>
        ))}
        <Button look="quiet" aria-label={texts.saveCsv(title)} onClick={() => saveText(`${title}.csv`, toCsv(series))}>
          {texts.csv}
        </Button>
      </figcaption>
      <div
        ref={frameRef}
        className="chart-plot"
        role="img"
        aria-label={texts.chart(
          title,
          latest
            .map(
              ({ each, value, step }) => `${each.label} ${texts.latest(format(value ?? 0), formatInteger(step ?? 0))}`,
            )
            .join(', '),
        )}
      />
    </figure>
  );
}

interface PlotLines {
  readonly labels: readonly string[];
  readonly isSmoothed: boolean;
  /** One point makes no line; it is drawn as a dot. */
  readonly isSingle: boolean;
}

type PlotLook = Pick<LineChartProps, 'cursorGroup' | 'isLog' | 'isShare'>;

/** Colours and type come from the page, so the chart follows its theme. */
function plotOptions(
  frame: HTMLElement,
  { labels, isSmoothed, isSingle }: PlotLines,
  { cursorGroup, isLog, isShare }: PlotLook,
): uPlot.Options {
  const style = getComputedStyle(frame);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: read('--ink-3'),
    grid: { stroke: read('--hairline'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
    size: 46,
  };
  const inUnit = (tick: number | null) => (tick !== null && isShare ? tick * 100 : tick);
  const line = (index: number): uPlot.Series => ({
    label: labels[index] ?? '',
    stroke: read(`--line-${(index % 5) + 1}`),
    spanGaps: true,
    points: { show: isSingle },
  });
  const raw = labels.map((_, index) => ({
    ...line(index),
    width: isSmoothed ? 1 : 1.75,
    alpha: isSmoothed ? 0.35 : 1,
  }));
  const smoothed = isSmoothed
    ? labels.map((name, index) => ({ ...line(index), label: `${name}, ${texts.smoothed}`, width: 2 }))
    : [];
  return {
    width: frame.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { sync: { key: cursorGroup }, points: { size: 6 }, drag: { x: true, y: false } },
    scales: { x: { time: false }, y: { distr: isLog ? 3 : 1 } },
    axes: [
      { ...axis, size: 28, incrs: WHOLE_STEPS },
      { ...axis, values: (_plot, ticks) => labelTicks(ticks.map(inUnit)) },
    ],
    series: [{}, ...raw, ...smoothed],
  };
}

function emptyData({ labels, isSmoothed }: PlotLines): uPlot.AlignedData {
  return [[], ...labels.map(() => []), ...(isSmoothed ? labels.map(() => []) : [])];
}

function toPlotData(series: readonly Series[], isNoisy: boolean): uPlot.AlignedData {
  const aligned = alignSeries(series);
  const kept = new Set(aligned.columns.flatMap((column) => [...decimate(column, MAX_POINTS)]));
  const indices = [...kept].sort((a, b) => a - b);
  const pick = <T,>(values: readonly T[]): T[] => indices.map((index) => values[index]!);
  const isLong = isNoisy && aligned.steps.length >= SMOOTH_FROM;
  // The average reaches over about a twenty-fifth of the run, however long that is.
  const smoothing = Math.min(MAX_SMOOTHING, 1 - 25 / Math.max(25, aligned.steps.length));
  return [
    pick(aligned.steps),
    ...aligned.columns.map((column) => pick(column)),
    ...(isLong ? aligned.columns.map((column) => pick(smooth(column, smoothing))) : []),
  ];
}

/** Hands a text to the person as a file. */
function saveText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
