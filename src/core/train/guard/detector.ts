import type { GuardHistory } from './history';

/** Ways in which a training goes wrong, the most certain first. */
export const DETECTOR_NAMES = [
  'not-finite',
  'loss-explosion',
  'kl-explosion',
  'no-signal',
  'token-collapse',
  'length-collapse',
  'runaway-length',
  'verbosity',
  'accuracy-drop',
] as const;
export type DetectorName = (typeof DETECTOR_NAMES)[number];

/** One number that speaks for a finding: a metric of the run, at first and now. */
export interface EvidenceFigure {
  readonly metric: string;
  /** Null where there is nothing to compare with. */
  readonly before: number | null;
  readonly now: number;
}

export interface Finding {
  /** The strongest first. */
  readonly figures: readonly EvidenceFigure[];
  /** The same in one plain sentence, for the log. */
  readonly words: string;
}

/** Kinds of training that metrics come from. */
export type GuardedKind = 'sft' | 'rl';

/** One way of going wrong, recognised from metrics alone. */
export interface Detector {
  readonly name: DetectorName;
  readonly kinds: readonly GuardedKind[];
  /** What it sees in the rows so far; null while all is well or too little is known. */
  readonly detect: (history: GuardHistory) => Finding | null;
}

/** `0.4312` → `0.43`; two significant digits are what a sentence needs. */
export function inWords(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(2))) : String(value);
}

export function inPercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
