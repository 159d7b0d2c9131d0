import { z } from 'zod';
import { DETECTOR_NAMES, type DetectorName, type EvidenceFigure, type GuardedKind } from './detector';
import { EMPTY_HISTORY, withRow, type GuardRow } from './history';
import { DETECTORS } from './registry';

/** What a guard said at a step. */
export interface Alarm {
  readonly detector: DetectorName;
  readonly step: number;
  readonly figures: readonly EvidenceFigure[];
  readonly words: string;
}

const Rows = z.array(z.object({ step: z.number(), values: z.record(z.string(), z.number()) }));

/** What a guard remembers, as plain JSON: it is saved with the state of the training. */
export const GuardState = z.object({
  first: Rows,
  last: Rows,
  /** Step at which each detector last gave alarm, or still saw what it had given alarm for. */
  seenAt: z.partialRecord(z.enum(DETECTOR_NAMES), z.number()),
});
export type GuardState = z.infer<typeof GuardState>;

export const NEW_GUARD: GuardState = { ...copyOf(EMPTY_HISTORY), seenAt: {} };

/** Steps for which a detector must have seen nothing before it gives alarm again. */
const QUIET_STEPS = 8;

/**
 * Takes in the metrics of one step and says what is wrong that was not said before: a detector that has given alarm is silent for as long as it
 * goes on seeing the same, and for a while after.
 */
export function observe(
  kind: GuardedKind,
  state: GuardState,
  row: GuardRow,
): { readonly state: GuardState; readonly alarms: readonly Alarm[] } {
  const history = withRow(state, row);
  const seenAt = { ...state.seenAt };
  const alarms: Alarm[] = [];
  for (const detector of Object.values(DETECTORS)) {
    const finding = detector.kinds.includes(kind) ? detector.detect(history) : null;
    if (finding === null) continue;
    const seen = seenAt[detector.name];
    // A repeated step is the same alarm again; its record replaces itself.
    if (seen === undefined || row.step - seen > QUIET_STEPS)
      alarms.push({ detector: detector.name, step: row.step, ...finding });
    seenAt[detector.name] = row.step;
  }
  return { state: { ...copyOf(history), seenAt }, alarms };
}

/** Figures that are not finite are not kept: JSON has no word for them. */
function copyOf({ first, last }: { readonly first: readonly GuardRow[]; readonly last: readonly GuardRow[] }) {
  const finite = ({ step, values }: GuardRow) => ({
    step,
    values: Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value))),
  });
  return { first: first.map(finite), last: last.map(finite) };
}
