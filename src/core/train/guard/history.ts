/** Metrics of one step, by name. */
export interface GuardRow {
  readonly step: number;
  readonly values: Readonly<Record<string, number>>;
}

/** What detectors look at: the first rows of a run and the latest ones, ascending; those between are forgotten. */
export interface GuardHistory {
  readonly first: readonly GuardRow[];
  /** Begins after `first`. */
  readonly last: readonly GuardRow[];
}

export const EMPTY_HISTORY: GuardHistory = { first: [], last: [] };

/** Rows that a run is compared with: its own beginning. */
export const KEPT_FIRST = 8;
/** Rows from which the present is read. */
export const KEPT_LAST = 16;
/** Values that make up "at first"; one iteration alone is noisy. */
export const EARLY = 4;
/** Values that make up "now". */
export const RECENT = 3;

/** The history with one more row. A repeated step (after a resume) replaces what came from it on. */
export function withRow({ first, last }: GuardHistory, row: GuardRow): GuardHistory {
  const before = (kept: GuardRow) => kept.step < row.step || (kept.step === row.step && !sharesName(kept, row));
  const [begun, latest] = [first.filter(before), last.filter(before)];
  return begun.length < KEPT_FIRST && latest.length === 0
    ? { first: [...begun, row], last: [] }
    : { first: begun, last: [...latest, row].slice(-KEPT_LAST) };
}

/** Accuracy comes in a row of its own beside that of the same step. */
function sharesName(a: GuardRow, b: GuardRow): boolean {
  return Object.keys(b.values).some((name) => name in a.values);
}

/** Names of the metrics that begin like this, in order of appearance. */
export function namesOf({ first, last }: GuardHistory, prefix: string): readonly string[] {
  const names = [...first, ...last].flatMap(({ values }) => Object.keys(values));
  return [...new Set(names)].filter((name) => name.startsWith(prefix));
}

export interface Point {
  readonly step: number;
  readonly value: number;
}

/** Points of one metric, as far as they are kept. */
export function pointsOf({ first, last }: GuardHistory, name: string): readonly Point[] {
  return [...first, ...last].flatMap(({ step, values }) => {
    const value = values[name];
    return value === undefined ? [] : [{ step, value }];
  });
}

/** A metric at first and now; null until there are enough values for two that do not overlap. */
export interface Change {
  readonly before: number;
  readonly now: number;
  /** Steps that "now" is the mean of. */
  readonly sinceStep: number;
}

export function changeOf(history: GuardHistory, name: string): Change | null {
  const points = pointsOf(history, name);
  if (points.length < EARLY + RECENT) return null;
  const recent = points.slice(-RECENT);
  return { before: mean(points.slice(0, EARLY)), now: mean(recent), sinceStep: recent[0]?.step ?? 0 };
}

function mean(points: readonly Point[]): number {
  return points.reduce((sum, { value }) => sum + value, 0) / points.length;
}
