/** One line of `npm run bench`. */
export interface BenchRow {
  readonly case: string;
  /** Median of the repetitions. */
  readonly ours: number;
  /** The peer's median in the same run; null where none was measured. */
  readonly peer: number | null;
  /** How many times better ours is; null without a peer. */
  readonly ratio: number | null;
  readonly unit: string;
  /** What ours should reach; null where no goal is set. */
  readonly goal: number | null;
  readonly met: boolean | null;
  readonly min: number;
  readonly max: number;
}

/** What a case measured. */
export interface Measurement {
  readonly case: string;
  readonly unit: string;
  readonly samples: readonly number[];
  readonly goal?: number;
  /** `higher` unless told. */
  readonly better?: 'higher' | 'lower';
  /** The peer's repetitions. */
  readonly peerSamples?: readonly number[];
}

export function rowOf({ case: name, unit, samples, goal, better = 'higher', peerSamples = [] }: Measurement): BenchRow {
  const ours = median(samples);
  const peer = peerSamples.length > 0 ? median(peerSamples) : null;
  const isBetter = (a: number, b: number): boolean => (better === 'higher' ? a >= b : a <= b);
  return {
    case: name,
    ours,
    peer,
    ratio: peer === null ? null : better === 'higher' ? ours / peer : peer / ours,
    unit,
    goal: goal ?? null,
    met: goal === undefined ? null : isBetter(ours, goal),
    min: Math.min(...samples),
    max: Math.max(...samples),
  };
}

/** Rows as a table for a terminal. */
export function formatRows(rows: readonly BenchRow[]): string {
  const number = formatNumber;
  const cells = rows.map((row) => [
    row.case,
    `${number(row.min)} / ${number(row.ours)} / ${number(row.max)}`,
    row.unit,
    number(row.peer),
    row.ratio === null ? '–' : `${row.ratio.toFixed(2)}x`,
    row.goal === null ? '–' : `${number(row.goal)} ${row.met ? 'met' : 'missed'}`,
  ]);
  return formatTable([['case', 'min / median / max', 'unit', 'peer', 'ratio', 'goal'], ...cells]);
}

/** Three figures, or all before the point; a dash for what was not measured. */
export function formatNumber(value: number | null): string {
  return value === null ? '–' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Lines of cells in columns of equal width. */
export function formatTable(table: readonly (readonly string[])[]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  return table
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The middle one, or the mean of the two in the middle; NaN of none. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}
