import { mcnemarExact } from '@core/eval/paired';
import { wilsonInterval, type ProportionInterval } from '@core/eval/wilson';
import type { AnswerResult } from './study';

/** Right answers of several seeds together. Seeds answer the same questions, so the interval is of the questions, not of new seeds. */
export function pooled(answers: readonly AnswerResult[]): ProportionInterval {
  const right = answers.reduce((sum, { items }) => sum + items.filter((item) => item.isRight).length, 0);
  return wilsonInterval(
    right,
    answers.reduce((sum, { items }) => sum + items.length, 0),
  );
}

/** A paired comparison over seeds: each seed's two models on the same questions. */
export interface PairedOverSeeds {
  readonly seeds: number;
  /** Second minus first, mean over the seeds, in fractions of 1. */
  readonly difference: number;
  readonly lowest: number;
  readonly highest: number;
  readonly won: number;
  readonly lost: number;
  /** Exact McNemar test over the questions of all seeds. */
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
  const sum = (valueOf: (seed: (typeof seeds)[number]) => number) =>
    seeds.reduce((total, seed) => total + valueOf(seed), 0);
  const [won, lost] = [sum((seed) => seed.won), sum((seed) => seed.lost)];
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
