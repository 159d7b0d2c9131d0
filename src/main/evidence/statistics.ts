import { mcnemarExact } from '@core/eval/paired';
import { wilsonInterval, type ProportionInterval } from '@core/eval/wilson';
import type { AnswerResult } from './study';

/**
 * Right answers of several seeds together. Seeds answer the same questions, and a question that is hard for one is hard for the next: what is
 * drawn are the questions, each with its share of right answers, so five equal models are known no better than one. The interval is Wilson's
 * for as many answers as would scatter like these shares (design effect, Kish 1965), never more than were given. `count` are the answers given.
 */
export function pooled(answers: readonly AnswerResult[]): ProportionInterval {
  const questions = new Map<string, { right: number; count: number }>();
  for (const { questionId, isRight } of answers.flatMap(({ items }) => items)) {
    const known = questions.get(questionId) ?? { right: 0, count: 0 };
    questions.set(questionId, { right: known.right + Number(isRight), count: known.count + 1 });
  }
  const groups = [...questions.values()];
  const count = groups.reduce((sum, group) => sum + group.count, 0);
  const right = groups.reduce((sum, group) => sum + group.right, 0);
  if (count === 0) return wilsonInterval(0, 0);
  const value = right / count;
  const effective = Math.min(count, effectiveCount(groups, value, count));
  return { ...wilsonInterval(value * effective, effective), value, count };
}

/** How many independent answers scatter around their mean as these groups of answers do; the number of groups where nothing scatters. */
function effectiveCount(
  groups: readonly { readonly right: number; readonly count: number }[],
  value: number,
  count: number,
): number {
  // Variance of a ratio of sums over clusters; of one answer a question it makes the number of questions.
  const squares = groups.reduce((sum, group) => sum + (group.right - value * group.count) ** 2, 0);
  const variance = squares / count ** 2;
  return variance === 0 ? groups.length : (value * (1 - value)) / variance;
}

/** A paired comparison over seeds: each seed's two models on the same questions. */
export interface PairedOverSeeds {
  readonly seeds: number;
  /** Second minus first, mean over the seeds, in fractions of 1. */
  readonly difference: number;
  readonly lowest: number;
  readonly highest: number;
  /** Questions that more seeds answer right the second way than the first, and the other way round. */
  readonly won: number;
  readonly lost: number;
  /** Exact sign test over these questions, two-sided; with one seed McNemar's. */
  readonly pValue: number;
  /** Seeds that show a difference at 5 % by themselves, up and down. */
  readonly up: number;
  readonly down: number;
}

/** A seed by itself counts as showing something below this. */
const LEVEL = 0.05;

/** @param pairs first and second answers of each seed that has both */
export function comparePairs(pairs: readonly (readonly [AnswerResult, AnswerResult])[]): PairedOverSeeds | null {
  if (pairs.length === 0) return null;
  const seeds = pairs.map(([first, second]) => {
    const before = new Map(first.items.map((item) => [item.questionId, item.isRight]));
    const shared = second.items.filter((item) => before.has(item.questionId));
    const won = shared.filter((item) => item.isRight && !before.get(item.questionId)).length;
    const lost = shared.filter((item) => !item.isRight && before.get(item.questionId)).length;
    return { won, lost, difference: shared.length === 0 ? 0 : (won - lost) / shared.length };
  });
  const gains = new Map<string, number>();
  for (const [first, second] of pairs) {
    const before = new Map(first.items.map((item) => [item.questionId, item.isRight]));
    for (const { questionId, isRight } of second.items)
      if (before.has(questionId))
        gains.set(questionId, (gains.get(questionId) ?? 0) + Number(isRight) - Number(before.get(questionId)));
  }
  const sum = (valueOf: (seed: (typeof seeds)[number]) => number) =>
    seeds.reduce((total, seed) => total + valueOf(seed), 0);
  const won = [...gains.values()].filter((gain) => gain > 0).length;
  const lost = [...gains.values()].filter((gain) => gain < 0).length;
  const showing = seeds.filter((seed) => mcnemarExact(seed.won, seed.lost) < LEVEL);
  return {
    seeds: seeds.length,
    difference: sum((seed) => seed.difference) / seeds.length,
    lowest: Math.min(...seeds.map((seed) => seed.difference)),
    highest: Math.max(...seeds.map((seed) => seed.difference)),
    won,
    lost,
    pValue: mcnemarExact(won, lost),
    up: showing.filter((seed) => seed.difference > 0).length,
    down: showing.filter((seed) => seed.difference < 0).length,
  };
}
