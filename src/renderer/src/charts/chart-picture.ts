import type uPlot from 'uplot';
import { toSvg, type ChartPicture } from './chart-svg';
import { valueAt, type Layered, type Shown } from './layers';

/** A chart on the page, as far as a picture of it needs it. */
export interface DrawnChart {
  readonly title: string;
  readonly plot: uPlot;
  /** One element for each series, which carries its colour and its name. */
  readonly labels: readonly Element[];
  readonly layered: Layered;
  readonly shown: Shown;
  readonly isLog: boolean;
  readonly isShare: boolean;
}

const WIDTH = 720;
const HEIGHT = 320;
const LINES = { raw: 1.5, smooth: 2, low: 0, high: 0, area: 1 } as const;

/** The chart as it is seen now, as an SVG document. */
export function pictureOf({ title, plot, labels, layered, shown, isLog, isShare }: DrawnChart): string {
  const style = getComputedStyle(plot.root);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const { layers } = layered;
  const color = (series: number) => {
    const label = labels[series];
    return label ? getComputedStyle(label).getPropertyValue('--chart-line').trim() : read('--ink');
  };
  const { min, max } = plot.scales['y'] ?? {};
  const hasSmooth = (series: number) => layers.some((one) => one.series === series && one.role === 'smooth');
  const picture: ChartPicture = {
    title,
    width: WIDTH,
    height: HEIGHT,
    data: shown.data,
    lines: layers.map(({ series, role }) => ({
      color: color(series),
      width: role === 'raw' && hasSmooth(series) ? 1 : LINES[role],
      opacity: role === 'raw' && hasSmooth(series) ? 0.3 : 1,
      label:
        role === 'smooth' || role === 'area' || (role === 'raw' && !hasSmooth(series))
          ? (labels[series]?.getAttribute('title') ?? '')
          : '',
    })),
    areas: layers.flatMap(({ series, role }, at) => {
      if (role === 'low') return [{ above: at + 1, below: at, color: color(series), opacity: 0.13 }];
      if (role === 'area') return [{ above: at, below: at === 0 ? null : at - 1, color: color(series), opacity: 0.7 }];
      return [];
    }),
    range: shown.range,
    bounds: [min ?? 0, max ?? (valueAt(layered.values[0] ?? [], 0) || 1)],
    isLog,
    isShare,
    ink: read('--ink-2'),
    faint: read('--hairline'),
    ground: read('--bg'),
  };
  return toSvg(picture);
}
