import type { Rng } from '../ports';
import { mcnemarExact, pairedBootstrap, type PairedDifference } from './paired';
import { wilsonInterval, type ProportionInterval } from './wilson';

/** Verdict of one model on one question. */
export interface JudgedQuestion {
  readonly questionId: string;
  readonly isRight: boolean;
}

/** Two models on the questions that both have answered. */
export interface PairedComparison {
  readonly sharedQuestions: number;
  readonly first: ProportionInterval;
  readonly second: ProportionInterval;
  /** Second minus first, in fractions of 1. */
  readonly difference: PairedDifference;
  /** Exact McNemar test, two-sided. */
  readonly pValue: number;
  /** Questions that only the second got right, and only the first. */
  readonly won: number;
  readonly lost: number;
  /** One plain sentence. */
  readonly verdict: string;
  /** Ids of the questions on which they differ, in the order of `first`. */
  readonly flips: readonly string[];
}

/** Compares two evaluations question by question. */
export function compareEvaluations(
  first: readonly JudgedQuestion[],
  second: readonly JudgedQuestion[],
  options: { readonly confidence: number; readonly bootstrapSamples: number; readonly rng: Rng },
): PairedComparison {
  const secondById = new Map(second.map((item) => [item.questionId, item.isRight]));
  const shared = first.filter((item) => secondById.has(item.questionId));
  const before = shared.map((item) => item.isRight);
  const after = shared.map((item) => secondById.get(item.questionId)!);
  const won = after.filter((isRight, i) => isRight && !before[i]).length;
  const lost = before.filter((isRight, i) => isRight && !after[i]).length;
  const pValue = mcnemarExact(won, lost);
  const difference = pairedBootstrap(before, after, {
    samples: options.bootstrapSamples,
    confidence: options.confidence,
    rng: options.rng,
  });
  return {
    sharedQuestions: shared.length,
    first: wilsonInterval(before.filter(Boolean).length, shared.length, options.confidence),
    second: wilsonInterval(after.filter(Boolean).length, shared.length, options.confidence),
    difference,
    pValue,
    won,
    lost,
    verdict: sentence(shared.length, difference.value, pValue, 1 - options.confidence),
    flips: shared.filter((_item, i) => before[i] !== after[i]).map((item) => item.questionId),
  };
}

function sentence(count: number, difference: number, pValue: number, level: number): string {
  if (count === 0) return 'The two evaluations share no question.';
  const points = `${Math.abs(100 * difference).toFixed(1)} points`;
  const p = pValue < 0.001 ? 'p < 0.001' : `p = ${pValue.toFixed(3)}`;
  if (pValue < level)
    return `The second is ${difference > 0 ? 'better' : 'worse'} by ${points} on ${count} questions (${p}).`;
  const lead =
    difference === 0 ? 'Both are equal' : `The second is ${difference > 0 ? 'ahead' : 'behind'} by ${points}`;
  return `${lead} on ${count} questions; that can be chance (${p}).`;
}
