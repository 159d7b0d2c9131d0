import uPlot from 'uplot';
import type { ChartLook, ChartView, Layer } from './layers';
import { labelDecades, labelTicks, WHOLE_STEPS } from './ticks';

/** A moment on the axis of steps. */
export interface ChartMark {
  readonly step: number;
  readonly glyph: string;
  /** Said where the pointer cannot: in the chart's description. */
  readonly name: string;
  readonly tone: 'alarm' | 'plain';
}

/** What decides a plot; new points come through `setData`, everything else makes a new plot. */
export interface PlotShape {
  readonly layers: readonly Layer[];
  /** Colour of each series. */
  readonly colors: readonly string[];
  readonly look: ChartLook;
  readonly isLog: boolean;
  /** One point makes no line; it is drawn as a dot. */
  readonly isSingle: boolean;
  /** Charts with the same key share the cursor. */
  readonly cursorGroup: string;
}

/** What changes without a new plot, read while drawing. */
export interface PlotState {
  marks: readonly ChartMark[];
  /** Bounds of the axis of values that a person asked for; null for those of the data. */
  bounds: readonly [number, number] | null;
}

export interface PlotEvents {
  readonly onRange: (range: ChartView['range']) => void;
  readonly onDrawn: (plot: uPlot) => void;
  readonly onCursor: (plot: uPlot) => void;
}

const RAW_ALPHA = 0.3;
const BAND_ALPHA = '22';
const AREA_ALPHA = 'b0';

/** Colours and type come from the page, so the chart follows its theme. */
export function plotOptions(
  frame: HTMLElement,
  height: number,
  shape: PlotShape,
  state: PlotState,
  events: PlotEvents,
): uPlot.Options {
  const style = getComputedStyle(frame);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const axis: uPlot.Axis = {
    stroke: read('--ink-3'),
    grid: { stroke: read('--hairline'), width: 1 },
    ticks: { show: false },
    font: '11px system-ui',
  };
  const { look, isLog } = shape;
  const inUnit = (tick: number | null) => (tick !== null && look.isShare ? tick * 100 : tick);
  return {
    width: frame.clientWidth,
    height,
    padding: [8, 12, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: shape.cursorGroup },
      points: { size: 5 },
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          events.onRange(null);
          return null;
        },
      },
    },
    scales: {
      x: { time: false, auto: false },
      y: {
        distr: isLog ? 3 : 1,
        range: (_plot, low, high) => rangeOf(low, high, state.bounds, isLog, look),
      },
    },
    axes: [
      { ...axis, size: 26, incrs: WHOLE_STEPS },
      { ...axis, size: 56, values: (_plot, ticks) => (isLog ? labelDecades : labelTicks)(ticks.map(inUnit)) },
    ],
    series: [{}, ...shape.layers.map((layer, at) => seriesOf(layer, at, shape))],
    bands: bandsOf(shape),
    hooks: {
      setSelect: [
        (plot) => {
          const { left, width } = plot.select;
          if (width < 4) return;
          events.onRange({ from: plot.posToVal(left, 'x'), to: plot.posToVal(left + width, 'x') });
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      draw: [
        (plot) => {
          drawMarks(plot, state.marks, { alarm: read('--bad'), plain: read('--ink-3') });
          events.onDrawn(plot);
        },
      ],
      setCursor: [events.onCursor],
    },
  };
}

function rangeOf(
  low: number | null,
  high: number | null,
  bounds: PlotState['bounds'],
  isLog: boolean,
  { isStacked, isShare }: ChartLook,
): uPlot.Range.MinMax {
  const [from, to] = [bounds?.[0] ?? low, bounds?.[1] ?? high];
  if (from === null || to === null) return isLog ? [0.1, 1] : [0, 1];
  if (isLog) return uPlot.rangeLog(Math.max(from, Number.MIN_VALUE), Math.max(to, Number.MIN_VALUE), 10, false);
  // A flat line of nothing would get an axis up to a hundred.
  if (from === 0 && to === 0) return [0, isShare ? 0.1 : 1];
  return uPlot.rangeNum(isStacked ? 0 : from, to, 0.08, true);
}

function seriesOf({ series, role }: Layer, at: number, { colors, isSingle, layers }: PlotShape): uPlot.Series {
  const color = colors[series] ?? '';
  const isUnderSmooth = role === 'raw' && layers.some((one) => one.series === series && one.role === 'smooth');
  const look: Record<Layer['role'], uPlot.Series> = {
    raw: { stroke: color, width: isUnderSmooth ? 1 : 1.5, alpha: isUnderSmooth ? RAW_ALPHA : 1 },
    smooth: { stroke: color, width: 2 },
    low: EDGE,
    high: EDGE,
    // The lowest area reaches down to the axis; the others end at the one below, as bands.
    area: { stroke: color, width: 1, ...(at === 0 && { fill: `${color}${AREA_ALPHA}` }) },
  };
  return { spanGaps: true, points: { show: isSingle }, ...look[role] };
}

/** Edges of a band are not seen, nor is the mark that the cursor puts on them. */
const EDGE: uPlot.Series = { stroke: 'transparent', width: 1 };

/** Bands of spread, and areas from each layer down to the one below. */
function bandsOf({ layers, colors, look }: PlotShape): uPlot.Band[] {
  if (look.isStacked) {
    const areas = layers.map((layer, at): uPlot.Band => ({
      series: [at + 1, at],
      fill: `${colors[layer.series] ?? ''}${AREA_ALPHA}`,
    }));
    return areas.slice(1);
  }
  return layers.flatMap((layer, at): uPlot.Band[] =>
    layer.role === 'low' ? [{ series: [at + 2, at + 1], fill: `${colors[layer.series] ?? ''}${BAND_ALPHA}` }] : [],
  );
}

function drawMarks(
  plot: uPlot,
  marks: readonly ChartMark[],
  colors: Readonly<Record<ChartMark['tone'], string>>,
): void {
  const { min, max } = plot.scales['x'] ?? {};
  if (typeof min !== 'number' || typeof max !== 'number') return;
  const { ctx, bbox } = plot;
  const pixel = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = pixel;
  ctx.setLineDash([2 * pixel, 3 * pixel]);
  ctx.font = `${11 * pixel}px system-ui`;
  ctx.textAlign = 'center';
  ctx.textBaseline = 'top';
  for (const { step, glyph, tone } of marks) {
    if (step < min || step > max) continue;
    const x = Math.round(plot.valToPos(step, 'x', true));
    ctx.strokeStyle = colors[tone];
    ctx.fillStyle = colors[tone];
    ctx.beginPath();
    ctx.moveTo(x, bbox.top + 13 * pixel);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(glyph, x, bbox.top);
  }
  ctx.restore();
}
