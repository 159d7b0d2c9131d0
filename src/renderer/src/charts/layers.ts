import { alignSeries, decimate, smooth, type Series } from './series';

/** How all charts of a page are looked at. */
export interface ChartView {
  /** Steps shown; null for all. */
  readonly range: StepRange | null;
  /** Weight of the past, 0 … 0.99; null for what suits the length. */
  readonly smoothing: number | null;
  readonly isLog: boolean;
  /** The axis leaves the rarest hundredth at either end out. */
  readonly isClipped: boolean;
}

export interface StepRange {
  readonly from: number;
  readonly to: number;
}

export const WHOLE_VIEW: ChartView = { range: null, smoothing: null, isLog: false, isClipped: false };

/** What a chart is, whatever the view. */
export interface ChartLook {
  /** False for what a setting decides: there is no noise to smooth. */
  readonly isNoisy: boolean;
  /** Series on top of each other, as areas. */
  readonly isStacked: boolean;
  /** Values are shares of 1, shown in per cent. */
  readonly isShare: boolean;
}

export type LayerRole = 'raw' | 'smooth' | 'low' | 'high' | 'area';

/** One column of a plot, and which series it belongs to. */
export interface Layer {
  readonly series: number;
  readonly role: LayerRole;
}

/** A chart at full resolution. */
export interface Layered {
  readonly steps: readonly number[];
  readonly layers: readonly Layer[];
  /** One for each layer, [n] each. */
  readonly columns: readonly (readonly (number | null)[])[];
  /** Values as they are, one column for each series, [n] each: what is read at the cursor. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Short series are read point by point; smoothing would only shift them. */
const SMOOTH_FROM = 60;
const MAX_AUTOMATIC = 0.97;

/** Lays series out as columns: raw and smoothed lines, bands of spread, or areas on top of each other. */
export function layOut(series: readonly Series[], look: ChartLook, view: ChartView): Layered {
  const { steps, columns: values } = alignSeries(series);
  // Each by its own length: a series measured now and then would lag behind under the average of a dense one.
  const weights = series.map((each) => smoothingOf(view, look, each.steps.length));
  const soft = (column: readonly (number | null)[], at: number) => {
    const weight = weights[at] ?? 0;
    return weight > 0 ? smooth(column, weight) : column;
  };
  const drawable = (column: readonly (number | null)[]) =>
    view.isLog && !look.isStacked ? column.map((value) => (value !== null && value > 0 ? value : null)) : column;
  if (look.isStacked) {
    const sums = stack(values.map(soft));
    return { steps, values, columns: sums, layers: sums.map((_, at) => ({ series: at, role: 'area' })) };
  }
  const layers: Layer[] = [];
  const columns: (readonly (number | null)[])[] = [];
  const add = (at: number, role: LayerRole, column: readonly (number | null)[]) => {
    layers.push({ series: at, role });
    columns.push(drawable(column));
  };
  series.forEach((each, at) => {
    const column = values[at] ?? [];
    if (each.spread) {
      const [half = []] = alignSeries([
        { steps: each.steps, values: each.spread },
        { steps, values: [] },
      ]).columns;
      const edge = (sign: number) =>
        soft(
          column.map((value, i) => (value === null ? null : value + sign * (half[i] ?? 0))),
          at,
        );
      add(at, 'low', edge(-1));
      add(at, 'high', edge(1));
    }
    add(at, 'raw', column);
    if ((weights[at] ?? 0) > 0) add(at, 'smooth', soft(column, at));
  });
  return { steps, values, layers, columns };
}

/** Whether a smoothed line goes over the raw one. */
export function isSmoothed({ layers }: Pick<Layered, 'layers'>): boolean {
  return layers.some(({ role }) => role === 'smooth');
}

/** What a person set, or an average over about a twenty-fifth of a long series. */
function smoothingOf({ smoothing }: ChartView, { isNoisy }: ChartLook, length: number): number {
  if (!isNoisy) return 0;
  if (smoothing !== null) return smoothing;
  return length < SMOOTH_FROM ? 0 : Math.min(MAX_AUTOMATIC, 1 - 25 / Math.max(25, length));
}

/** Running sums over the columns, each [n]; a gap counts nothing. */
function stack(columns: readonly (readonly (number | null)[])[]): (number | null)[][] {
  const sums: (number | null)[][] = [];
  for (const column of columns) {
    const below = sums.at(-1);
    sums.push(column.map((value, i) => (below?.[i] ?? 0) + (value ?? 0)));
  }
  return sums;
}

/** The part of a chart that is seen, with as many points as its pixels can show. */
export interface Shown {
  readonly range: StepRange;
  /** Steps first, then a column for each layer. */
  readonly data: readonly (readonly (number | null)[])[];
  /** Rows of the full chart that were kept. */
  readonly rows: readonly number[];
}

export function showRange({ steps, columns }: Layered, range: StepRange | null, pixels: number): Shown {
  const from = range?.from ?? steps[0] ?? 0;
  const to = range?.to ?? steps.at(-1) ?? 1;
  const rows = decimate(steps, columns, from, to, Math.max(1, pixels));
  const pick = <T>(values: readonly T[]): T[] => rows.map((row) => values[row]!);
  return {
    range: from === to ? { from: from - 1, to: to + 1 } : { from, to },
    data: [pick(steps), ...columns.map(pick)],
    rows,
  };
}

/** Bounds that leave a hundredth of the values out at either end; null for too few values to tell. */
export function clippedBounds(columns: readonly (readonly (number | null)[])[]): readonly [number, number] | null {
  const values = Float64Array.from(columns.flatMap((column) => column.filter((value) => value !== null))).sort();
  if (values.length < 20) return null;
  const at = (share: number) => values[Math.round(share * (values.length - 1))]!;
  return [at(0.01), at(0.99)];
}

/** The value of a column at a row, or the last one before it where there is a gap. */
export function valueAt(column: readonly (number | null)[], row: number): number | null {
  for (let i = row; i >= 0; i--) {
    const value = column[i] ?? null;
    if (value !== null) return value;
  }
  return null;
}
