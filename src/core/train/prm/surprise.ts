import { z } from 'zod';
import { fitLogistic, logit, sigmoid, type LogisticRow } from './logistic';

/**
 * How surprised the model itself is by what a step says, beside what its head reads from the state at the step's end.
 *
 * The state at the end of a step can hold little of whether a digit was the one that the model expected: what it expected is known only after the
 * last layer, which no later position reads. The log-probabilities of the ids say it outright (docs/experiments.md, 2026-12-01).
 */

/** What a judgement is made of, place by place. */
export const JUDGE_SIGNALS = ['head', 'lowest', 'lowestOfStep', 'sum', 'sumOfStep'] as const;
export type JudgeSignal = (typeof JUDGE_SIGNALS)[number];

/** How the signals become a judgement: the logistic function of their weighted sum. Kept beside the weights of a judge. */
export const JudgeBlend = z.object({
  bias: z.number(),
  weights: z.record(z.enum(JUDGE_SIGNALS), z.number()),
});
export type JudgeBlend = z.infer<typeof JudgeBlend>;

/** A response as a judge reads it. */
export interface JudgedPlaces {
  /** [steps + 1] index of the id behind the question and behind each step. */
  readonly places: readonly number[];
  /** [steps + 1] what the head says there, in [0, 1]. */
  readonly scores: readonly number[];
  /** [n] log-probability of each id under the judge itself, nats. */
  readonly logProbs: ArrayLike<number>;
}

/** [steps + 1][signals] the signals at the question and after each step, in the order of `JUDGE_SIGNALS`. */
export function signalsOf({ places, scores, logProbs }: JudgedPlaces): number[][] {
  let lowest = 0;
  let sum = 0;
  return places.map((place, k) => {
    let lowestOfStep = 0;
    let sumOfStep = 0;
    for (let at = places[k - 1] ?? place; at < place; at++) {
      lowestOfStep = Math.min(lowestOfStep, logProbs[at]!);
      sumOfStep += logProbs[at]!;
    }
    lowest = Math.min(lowest, lowestOfStep);
    sum += sumOfStep;
    return [logit(scores[k]!), lowest, lowestOfStep, sum, sumOfStep];
  });
}

/** [steps + 1] judgements, in [0, 1]. */
export function blended(given: JudgedPlaces, { bias, weights }: JudgeBlend): number[] {
  return signalsOf(given).map((signals) =>
    sigmoid(JUDGE_SIGNALS.reduce((sum, name, i) => sum + weights[name] * signals[i]!, bias)),
  );
}

/**
 * Fits the weights to labels, each counting with its weight.
 * @param rows signals with the label of their place
 */
export function fitBlend(rows: readonly LogisticRow[]): JudgeBlend {
  const { bias, weights } = fitLogistic(rows);
  // One weight for each signal, in their order.
  return {
    bias,
    weights: Object.fromEntries(JUDGE_SIGNALS.map((name, i) => [name, weights[i] ?? 0])) as JudgeBlend['weights'],
  };
}
