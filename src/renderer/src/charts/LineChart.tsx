import { useEffect, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { formatInteger, formatNumber } from '../lib/format';
import { useThemeName } from '../lib/use-theme-name';
import { placeLabels } from './end-labels';
import { clippedBounds, isSmoothed, layOut, showRange, valueAt, type ChartLook, type ChartView } from './layers';
import { plotOptions, type ChartMark, type PlotState } from './plot-options';
import { SaveMenu } from './SaveMenu';
import { toCsv, type Series } from './series';
import { texts } from './texts/en';
import './line-chart.css';

const HEIGHT = 190;
const LABEL_GAP = 15;
/** Room below the plot for the marks of its axis. */
const AXIS_ROOM = 26;

export interface LineChartProps extends Partial<ChartLook> {
  readonly title: string;
  readonly series: readonly Series[];
  /** Charts with the same key share the cursor. */
  readonly cursorGroup: string;
  readonly view: ChartView;
  readonly onRange: (range: ChartView['range']) => void;
  readonly marks?: readonly ChartMark[];
}

const NO_MARKS: readonly ChartMark[] = [];

/** Lines over steps: raw faint, smoothed strong, names and values at the lines' ends, one cursor over all charts of a group. */
export function LineChart({
  title,
  series,
  cursorGroup,
  view,
  onRange,
  marks = NO_MARKS,
  isShare = false,
  isNoisy = true,
  isStacked = false,
}: LineChartProps) {
  const frameRef = useRef<HTMLDivElement>(null);
  const labelsRef = useRef<HTMLUListElement>(null);
  const plotRef = useRef<uPlot | null>(null);
  const state = useRef<PlotState>({ marks, bounds: null });
  const [width, setWidth] = useState(0);
  const theme = useThemeName();
  const look = useMemo((): ChartLook => ({ isShare, isNoisy, isStacked }), [isShare, isNoisy, isStacked]);
  const isLog = view.isLog && !isStacked;
  const layered = useMemo(() => layOut(series, look, { ...view, isLog }), [series, look, view, isLog]);
  const shown = useMemo(() => showRange(layered, view.range, width), [layered, view.range, width]);
  const format = (value: number) => (isShare ? `${formatNumber(value * 100)} %` : formatNumber(value));

  // Read by the plot while it draws, so that a new point or another window needs no new plot.
  const latest = useRef({ layered, shown, format, onRange, series, isStacked });
  latest.current = { layered, shown, format, onRange, series, isStacked };
  state.current.marks = marks;
  state.current.bounds = view.isClipped && !isStacked ? clippedBounds(shown.data.slice(1)) : null;

  const shape = JSON.stringify({
    layers: layered.layers,
    isSingle: series.every((each) => each.steps.length === 1),
    names: series.map(({ name }) => name),
  });
  useEffect(() => {
    const frame = frameRef.current;
    const labels = labelsRef.current;
    if (!frame || !labels) return undefined;
    const { layers, isSingle } = JSON.parse(shape) as Pick<Parameters<typeof plotOptions>[2], 'layers' | 'isSingle'>;
    const colors = [...labels.children].map((child) => colorOf(child));
    const step = frame.closest('figure')?.querySelector('.chart-step') ?? null;
    let waiting = 0;
    // The pointer moves more often than the page is painted.
    const read = (plot: uPlot) => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        writeValues(plot, labels, step, latest.current);
      });
    };
    const plot = new uPlot(
      plotOptions(frame, HEIGHT, { layers, isSingle, colors, look, isLog, cursorGroup }, state.current, {
        onRange: (range) => latest.current.onRange(range),
        onDrawn: (plot) => {
          placeEnds(plot, labels, latest.current);
          read(plot);
        },
        onCursor: read,
      }),
      [[], ...layers.map(() => [])],
      frame,
    );
    plotRef.current = plot;
    const observer = new ResizeObserver(() => {
      plot.setSize({ width: frame.clientWidth, height: HEIGHT });
      setWidth(frame.clientWidth);
    });
    observer.observe(frame);
    return () => {
      cancelAnimationFrame(waiting);
      observer.disconnect();
      plot.destroy();
      plotRef.current = null;
    };
    // The theme is read from the page while the plot is made.
  }, [shape, look, isLog, cursorGroup, theme]);

  useEffect(() => {
    const plot = plotRef.current;
    plot?.batch(() => {
      // uPlot asks for mutable arrays and does not change them.
      plot.setData(shown.data as uPlot.AlignedData, false);
      plot.setScale('x', { min: shown.range.from, max: shown.range.to });
    });
  }, [shown, marks, view.isClipped, shape, look, isLog, cursorGroup, theme]);

  const ends = series.map((each) => ({ each, value: each.values.at(-1), step: each.steps.at(-1) }));
  const described = ends.flatMap(({ each, value, step }) =>
    value === undefined ? [] : [`${each.label} ${texts.latest(format(value), formatInteger(step ?? 0))}`],
  );
  const picture = () => {
    const plot = plotRef.current;
    const labels = labelsRef.current;
    return plot && labels ? { title, plot, labels: [...labels.children], shown, layered, isLog, isShare } : null;
  };
  return (
    <figure className="chart">
      <figcaption className="chart-head">
        <span className="chart-title">{title}</span>
        <span className="chart-step" aria-hidden="true" />
        <SaveMenu title={title} picture={picture} csv={() => toCsv(series)} />
      </figcaption>
      <div className="chart-body">
        <div
          ref={frameRef}
          className="chart-plot"
          role="img"
          aria-label={texts.chart(
            title,
            [...described, ...marks.map(({ name, step }) => texts.mark(name, step))].join(', '),
          )}
        />
        <ul ref={labelsRef} className="chart-ends" aria-hidden="true" data-smoothed={isSmoothed(layered) || undefined}>
          {series.map((each, at) => (
            <li key={each.name} data-line={(at % 5) + 1} data-token={each.token} title={each.label}>
              <b /> {series.length > 1 && <span>{each.label}</span>}
            </li>
          ))}
        </ul>
      </div>
    </figure>
  );
}

/** The colour of a series: its token's, else its place's. */
export function colorOf(label: Element): string {
  const style = getComputedStyle(label);
  return style.getPropertyValue('--chart-line').trim();
}

interface Drawn {
  readonly layered: ReturnType<typeof layOut>;
  readonly shown: ReturnType<typeof showRange>;
  readonly format: (value: number) => string;
  readonly isStacked: boolean;
}

/** Values at the cursor, or the last ones; straight into the page, since the pointer moves faster than React draws. */
function writeValues(plot: uPlot, labels: HTMLElement, step: Element | null, { layered, shown, format }: Drawn): void {
  const lastRow = shown.rows.at(-1) ?? -1;
  const cursor = plot.cursor.idx ?? null;
  const row = cursor === null ? lastRow : (shown.rows[cursor] ?? lastRow);
  if (step) write(step, row < 0 || cursor === null ? '' : texts.at(layered.steps[row] ?? 0));
  [...labels.children].forEach((label, at) => {
    const value = valueAt(layered.values[at] ?? [], row);
    const figure = label.firstElementChild;
    if (figure) write(figure, value === null ? '–' : format(value));
  });
}

function write(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Puts names and values beside the ends of their lines. Written as a transform: it moves without a new layout. */
function placeEnds(plot: uPlot, labels: HTMLElement, { layered, shown, isStacked }: Drawn): void {
  const lastRow = shown.rows.at(-1) ?? -1;
  const wanted = layered.values.map((_, at) => endHeight(plot, layered, lastRow, at, isStacked));
  const tops = placeLabels(wanted, LABEL_GAP, HEIGHT - AXIS_ROOM);
  [...labels.children].forEach((label, at) => {
    (label as HTMLElement).style.transform = `translateY(${Math.round((tops[at] ?? 0) - LABEL_GAP / 2)}px)`;
  });
}

/** Where a line ends, in pixels from the top; of an area its middle. */
function endHeight(
  plot: uPlot,
  layered: ReturnType<typeof layOut>,
  row: number,
  series: number,
  isStacked: boolean,
): number | null {
  const layer = layered.layers.findLastIndex(
    (one) => one.series === series && one.role !== 'low' && one.role !== 'high',
  );
  const value = valueAt(layered.columns[layer] ?? [], row);
  if (value === null) return null;
  const below = isStacked ? (valueAt(layered.columns[layer - 1] ?? [], row) ?? 0) : value;
  const top = plot.valToPos((value + below) / 2, 'y');
  return Number.isFinite(top) ? top + 8 : null;
}
