import type { Rng } from '../ports';
import { compareEvaluations, type JudgedQuestion, type PairedComparison } from './compare';
import { wilsonInterval, type ProportionInterval } from './wilson';

/** Any number of evaluations on the questions that all of them have answered; each against the first. */
export interface ManyComparison {
  readonly sharedQuestions: number;
  /** One for each evaluation, on the shared questions. */
  readonly accuracies: readonly ProportionInterval[];
  /** One for each evaluation but the first, in order; `adjusted` is Holm's p-value over all of them. */
  readonly againstFirst: readonly (PairedComparison & { readonly adjusted: number })[];
  /** Ids of the shared questions on which they do not all agree, in the order of the first. */
  readonly contested: readonly string[];
}

/** Compares evaluations question by question; the first is what the others are held against. */
export function compareMany(
  evaluations: readonly (readonly JudgedQuestion[])[],
  options: { readonly confidence: number; readonly bootstrapSamples: number; readonly rng: Rng },
): ManyComparison {
  const verdicts = evaluations.map((items) => new Map(items.map(({ questionId, isRight }) => [questionId, isRight])));
  const [first = []] = evaluations;
  const shared = first.filter(({ questionId }) => verdicts.every((known) => known.has(questionId)));
  const judged = verdicts.map((known) =>
    shared.map(({ questionId }): JudgedQuestion => ({ questionId, isRight: known.get(questionId) === true })),
  );
  const [base = []] = judged;
  const pairs = judged
    .slice(1)
    .map((items, i) => compareEvaluations(base, items, { ...options, rng: options.rng.fork(`pair:${i}`) }));
  const adjusted = holm(pairs.map(({ pValue }) => pValue));
  return {
    sharedQuestions: shared.length,
    accuracies: judged.map((items) =>
      wilsonInterval(items.filter(({ isRight }) => isRight).length, items.length, options.confidence),
    ),
    againstFirst: pairs.map((pair, i) => ({ ...pair, adjusted: adjusted[i] ?? 1 })),
    contested: shared
      .map(({ questionId }) => questionId)
      .filter((id) => verdicts.some((known) => known.get(id) !== verdicts[0]?.get(id))),
  };
}

/**
 * Holm's adjusted p-values: what each comparison is worth when several are made at once. The smallest is multiplied by their number, the next by
 * one less, and so on, never falling below the one before (Holm 1979).
 */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = pValues.map(() => 1);
  let least = 0;
  order.forEach((index, rank) => {
    least = Math.max(least, Math.min(1, pValues[index]! * (pValues.length - rank)));
    adjusted[index] = least;
  });
  return adjusted;
}
