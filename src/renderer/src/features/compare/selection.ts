import type { Evaluation } from '@contracts/evaluations';
import type { EvaluationId } from '@contracts/ids';
import { completePair, type Pair } from './complete-pair';

/** Most evaluations that are compared at once; more columns than that nobody reads. */
export const MAX_COMPARED = 8;

/** What a person has chosen to compare; null for what the page proposes. */
export interface Selection {
  /** In the order they were chosen. */
  readonly ids: readonly EvaluationId[] | null;
  /** What the others are held against. */
  readonly base: EvaluationId | null;
}

/** Ids to compare, the base first. Without a choice: the newest against the oldest on the same questions. Those that are gone are left out. */
export function comparedIds(
  newestFirst: readonly Evaluation[],
  selection: Selection,
  asked: Pair,
): readonly EvaluationId[] {
  const exists = (id: EvaluationId) => newestFirst.some((evaluation) => evaluation.id === id);
  const pair = completePair(newestFirst, asked);
  const chosen = (selection.ids ?? [pair.first, pair.second]).filter(
    (id): id is EvaluationId => id !== null && exists(id),
  );
  const distinct = [...new Set(chosen)];
  const base = selection.base !== null && distinct.includes(selection.base) ? selection.base : (distinct[0] ?? null);
  return base === null ? [] : [base, ...distinct.filter((id) => id !== base)];
}

/** The selection with one evaluation added or taken out. */
export function toggled(now: readonly EvaluationId[], id: EvaluationId): readonly EvaluationId[] {
  return now.includes(id) ? now.filter((one) => one !== id) : [...now, id].slice(-MAX_COMPARED);
}
