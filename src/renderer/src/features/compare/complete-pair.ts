import type { Evaluation } from '@contracts/evaluations';
import type { EvaluationId } from '@contracts/ids';

/** The two evaluations that are compared; null where none is chosen. */
export interface Pair {
  readonly first: EvaluationId | null;
  readonly second: EvaluationId | null;
}

/**
 * What is compared when a person has not said it all: the newest evaluation, against the oldest on the same questions, which is usually the
 * model as it came.
 */
export function completePair(newestFirst: readonly Evaluation[], picked: Pair): Pair {
  const second =
    newestFirst.find(({ id }) => id === picked.second) ?? newestFirst.find(({ id }) => id !== picked.first);
  if (!second) return picked;
  const partner = newestFirst.findLast(
    (evaluation) =>
      evaluation.questionSetId === second.questionSetId &&
      evaluation.id !== second.id &&
      evaluation.mode === second.mode,
  );
  return { first: picked.first ?? partner?.id ?? null, second: second.id };
}
