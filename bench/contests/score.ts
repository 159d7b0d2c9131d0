import { formatNumber, formatTable, median, type BenchRow } from '../row';
import type { Contest, ContestRow, Sense } from './contest';

/** A row of a contest: `BenchRow` with the peer's spread and with what a reader must know. */
export interface ContestScore extends Omit<BenchRow, 'ours' | 'min' | 'max'> {
  readonly ours: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly peerMin: number | null;
  readonly peerMax: number | null;
  readonly samples: number;
  /** Which party counted, where several were tried, and why one is missing. */
  readonly note: string;
}

/** What is known of one party: its samples, or why there are none. */
export interface PartyResult {
  readonly samples: readonly number[];
  /** Why it was not measured, or why no further samples were taken. */
  readonly reason?: string;
  /** What the worker said about itself. */
  readonly about?: string;
}

export type ContestResult = Readonly<Record<string, PartyResult>>;

/** How many of these suffice for a median that is compared with a goal. */
export const FEWEST_SAMPLES = 5;

/** The rows of a contest. `met` is null where a side is missing. */
export function scoreContest(contest: Contest, result: ContestResult): ContestScore[] {
  return contest.rows.map((row) => scoreRow(contest, row, result));
}

function scoreRow({ better, unit }: Contest, row: ContestRow, result: ContestResult): ContestScore {
  const ours = bestOf(row.ours, result, better);
  const peer = bestOf(row.peer, result, better);
  const ratio = ours && peer ? ratioOf(row.sense, better, ours.median, peer.median) : null;
  const reached = row.sense === 'at most' ? (ours?.median ?? null) : ratio;
  return {
    case: row.case,
    ours: ours?.median ?? null,
    peer: peer?.median ?? null,
    ratio,
    unit,
    goal: row.goal,
    met: reached === null ? null : row.sense === 'times better' ? reached >= row.goal : reached <= row.goal,
    min: ours?.min ?? null,
    max: ours?.max ?? null,
    peerMin: peer?.min ?? null,
    peerMax: peer?.max ?? null,
    samples: ours?.count ?? 0,
    note: [...describeSide('ours', row.ours, ours, result), ...describeSide('peer', row.peer, peer, result)].join('; '),
  };
}

function ratioOf(sense: Sense, better: 'higher' | 'lower', ours: number, peer: number): number {
  return sense === 'share' || better === 'higher' ? ours / peer : peer / ours;
}

interface Best {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

/** The party with the best median among those with the most samples: one that was given up early cannot win by luck. */
function bestOf(names: readonly string[], result: ContestResult, better: 'higher' | 'lower'): Best | null {
  const measured = names.flatMap((name) => {
    const { samples = [] } = result[name] ?? {};
    return samples.length === 0 ? [] : [{ name, samples }];
  });
  const most = Math.max(...measured.map(({ samples }) => samples.length));
  const sides = measured
    .filter(({ samples }) => samples.length === most)
    .map(({ name, samples }) => ({
      name,
      median: median(samples),
      min: Math.min(...samples),
      max: Math.max(...samples),
      count: samples.length,
    }))
    .sort((a, b) => (better === 'higher' ? b.median - a.median : a.median - b.median));
  return sides[0] ?? null;
}

function describeSide(
  side: string,
  names: readonly string[],
  best: Best | null,
  result: ContestResult,
): readonly string[] {
  const chosen = best === null || names.length === 1 ? [] : [`${side}: ${best.name}`];
  const about = best === null ? undefined : result[best.name]?.about;
  const missing = names.flatMap((name) => {
    const reason = result[name]?.reason;
    return reason === undefined ? [] : [`${name} ${reason}`];
  });
  return [...chosen, ...(about === undefined ? [] : [about]), ...missing];
}

/** Rows as a table for a terminal. */
export function formatScores(rows: readonly ContestScore[]): string {
  return formatTable(cellsOf(rows));
}

/** Rows as a table for docs/experiments.md. */
export function formatScoresAsMarkdown(rows: readonly ContestScore[]): string {
  const [head = [], ...body] = cellsOf(rows);
  return [head, head.map(() => '---'), ...body].map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function cellsOf(rows: readonly ContestScore[]): readonly (readonly string[])[] {
  const spread = (min: number | null, middle: number | null, max: number | null): string =>
    middle === null ? '–' : [min, middle, max].map(formatNumber).join(' / ');
  const cells = rows.map((row) => [
    row.case,
    spread(row.min, row.ours, row.max),
    spread(row.peerMin, row.peer, row.peerMax),
    row.unit,
    formatNumber(row.ratio),
    formatNumber(row.goal),
    row.met === null ? '–' : row.met ? 'met' : 'missed',
    row.note,
  ]);
  return [['case', 'ours: min / median / max', 'peer', 'unit', 'ratio', 'goal', '', 'note'], ...cells];
}
