/** One line of a chart: [n] steps ascending and their values. */
export interface Series {
  readonly name: string;
  readonly label: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** [n] half-width of a band around the line: a standard deviation. */
  readonly spread?: readonly number[];
  /** Functional token whose colour the line has; charts without tokens go through the colours of lines. */
  readonly token?: string;
}

/** Several series over one axis of steps; a gap is null. What uPlot takes. */
export interface AlignedSeries {
  readonly steps: readonly number[];
  readonly columns: readonly (readonly (number | null)[])[];
}

/** Puts series with different steps over their union. Linear in the number of points. */
export function alignSeries(series: readonly Pick<Series, 'steps' | 'values'>[]): AlignedSeries {
  const steps = series.reduce<readonly number[]>((union, each) => unionOf(union, each.steps), []);
  const columns = series.map(({ steps: own, values }) => {
    if (own === steps || isSame(own, steps)) return values;
    let at = 0;
    return steps.map((step) => (own[at] === step ? (values[at++] ?? null) : null));
  });
  return { steps, columns };
}

/** Both ascending, and so is the union; one of the two itself where it holds the other. */
function unionOf(a: readonly number[], b: readonly number[]): readonly number[] {
  if (a.length === 0 || isSame(a, b)) return b;
  if (b.length === 0) return a;
  const union: number[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i] ?? Infinity, b[j] ?? Infinity];
    union.push(Math.min(left, right));
    if (left <= right) i += 1;
    if (right <= left) j += 1;
  }
  return union;
}

function isSame(a: readonly number[], b: readonly number[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * Exponential moving average, corrected for its start as Adam is: the first value is the first point, not a mix with zero. Gaps stay gaps.
 * @param weight of the past, in [0, 1)
 */
export function smooth(values: readonly (number | null)[], weight: number): readonly (number | null)[] {
  let average = 0;
  let mass = 0;
  const smoothed: (number | null)[] = [];
  for (const value of values) {
    if (value === null || !Number.isFinite(value)) {
      smoothed.push(null);
      continue;
    }
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    smoothed.push(average / mass);
  }
  return smoothed;
}

/**
 * Which points of a window show all that there is to see at a width: of each pixel and column the lowest and the highest stay, and the ends of the
 * window (min–max decimation), so no spike is lost.
 * @param steps   [n] ascending
 * @param columns each [n]
 * @param from    first step of the window; @param to its last
 * @param pixels  width of the plot
 * @returns indices to keep, ascending
 */
export function decimate(
  steps: readonly number[],
  columns: readonly (readonly (number | null)[])[],
  from: number,
  to: number,
  pixels: number,
): readonly number[] {
  // One point beyond each end, so that lines run off the edge instead of ending before it.
  const first = Math.max(0, lowerBound(steps, from) - 1);
  const end = lowerBound(steps, to);
  const last = Math.min(steps.length - 1, steps[end] === to ? end + 1 : end);
  const count = last - first + 1;
  if (count <= 0) return [];
  if (count <= 2 * pixels) return Array.from({ length: count }, (_, i) => first + i);
  const isKept = new Uint8Array(count);
  isKept[0] = 1;
  isKept[count - 1] = 1;
  const perStep = pixels / Math.max(Number.MIN_VALUE, to - from);
  for (const column of columns) keepExtremes(steps, column, { first, last, from, perStep }, isKept);
  const kept: number[] = [];
  for (let i = 0; i < count; i++) if (isKept[i] === 1) kept.push(first + i);
  return kept;
}

function keepExtremes(
  steps: readonly number[],
  column: readonly (number | null)[],
  view: { readonly first: number; readonly last: number; readonly from: number; readonly perStep: number },
  isKept: Uint8Array,
): void {
  const { first, last, from, perStep } = view;
  let pixel = Number.NaN;
  let [low, high] = [-1, -1];
  const flush = () => {
    if (low >= 0) isKept[low - first] = 1;
    if (high >= 0) isKept[high - first] = 1;
  };
  for (let i = first; i <= last; i++) {
    const value = column[i] ?? null;
    if (value === null) continue;
    const at = Math.floor((steps[i]! - from) * perStep);
    if (at !== pixel) {
      flush();
      [pixel, low, high] = [at, i, i];
    } else {
      if (value < column[low]!) low = i;
      if (value > column[high]!) high = i;
    }
  }
  flush();
}

/** Index of the first step that is at least `wanted`. */
export function lowerBound(steps: readonly number[], wanted: number): number {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows of a CSV of the series: `step,name,…`; a gap is an empty cell. A spread gets a column of its own. */
export function toCsv(series: readonly Series[]): string {
  const all = series.flatMap((each) => [
    each,
    ...(each.spread ? [{ label: `${each.label} ±`, steps: each.steps, values: each.spread }] : []),
  ]);
  const { steps, columns } = alignSeries(all);
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = ['step', ...all.map((each) => quote(each.label))].join(',');
  return [head, ...steps.map((step, row) => [step, ...columns.map((column) => column[row] ?? '')].join(','))].join(
    '\n',
  );
}
