/** One line of a chart: [n] steps ascending and their values. */
export interface Series {
  readonly name: string;
  readonly label: string;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

/** Several series over one axis of steps; a gap is null. What uPlot takes. */
export interface AlignedSeries {
  readonly steps: readonly number[];
  readonly columns: readonly (readonly (number | null)[])[];
}

/** Puts series with different steps over their union. Linear in the number of points. */
export function alignSeries(series: readonly Series[]): AlignedSeries {
  const steps = [...new Set(series.flatMap((each) => [...each.steps]))].sort((a, b) => a - b);
  const columns = series.map(({ steps: own, values }) => {
    let at = 0;
    return steps.map((step) => (own[at] === step ? (values[at++] ?? null) : null));
  });
  return { steps, columns };
}

/**
 * Exponential moving average, corrected for its start as Adam is: the first value is the first point, not a mix with zero. Gaps stay gaps.
 * @param weight of the past, in [0, 1)
 */
export function smooth(values: readonly (number | null)[], weight: number): readonly (number | null)[] {
  let average = 0;
  let mass = 0;
  return values.map((value) => {
    if (value === null || !Number.isFinite(value)) return null;
    average = weight * average + (1 - weight) * value;
    mass = weight * mass + (1 - weight);
    return average / mass;
  });
}

/**
 * Fewer points with the same look: of each bucket the smallest and the largest stay, in their order (min–max decimation), so no spike is lost.
 * @returns indices to keep, ascending; all of them when there are few enough
 */
export function decimate(values: readonly (number | null)[], maxPoints: number): readonly number[] {
  if (values.length <= maxPoints) return values.map((_, index) => index);
  const buckets = Math.max(1, Math.floor(maxPoints / 2));
  const kept: number[] = [];
  for (let bucket = 0; bucket < buckets; bucket++) {
    const from = Math.floor((bucket * values.length) / buckets);
    const to = Math.floor(((bucket + 1) * values.length) / buckets);
    let low = -1;
    let high = -1;
    for (let i = from; i < to; i++) {
      const value = values[i] ?? null;
      if (value === null) continue;
      if (low === -1 || value < values[low]!) low = i;
      if (high === -1 || value > values[high]!) high = i;
    }
    for (const index of [...new Set([low, high])].sort((a, b) => a - b)) if (index >= 0) kept.push(index);
  }
  return kept;
}

/** Rows of a CSV of the series: `step,name,…`; a gap is an empty cell. */
export function toCsv(series: readonly Series[]): string {
  const { steps, columns } = alignSeries(series);
  const quote = (text: string) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const head = ['step', ...series.map((each) => quote(each.label))].join(',');
  return [head, ...steps.map((step, row) => [step, ...columns.map((column) => column[row] ?? '')].join(','))].join(
    '\n',
  );
}
