import type { EvaluationItem } from '@contracts/evaluations';
import type { JobRecord } from '@contracts/engine-protocol';
import type { QuestionRow } from '@contracts/questions';

/** Questions whose answers are shown on the run page as the model changes. */
export const WATCHED_QUESTIONS = 4;

/** The same few for the whole run: held-out ones, or where there are none the first that it trains on. */
export function watchedQuestions(
  heldOut: readonly QuestionRow[],
  trained: readonly QuestionRow[],
): readonly QuestionRow[] {
  const [wanted, other] = [heldOut, trained].map((rows) => new Map(rows.map((row) => [row.id, row])));
  const rows = wanted && wanted.size > 0 ? wanted : other;
  return [...(rows?.values() ?? [])].slice(0, WATCHED_QUESTIONS);
}

/** What the model answers to a watched question at a step. */
export function watchedSample(step: number, item: EvaluationItem): JobRecord {
  const { questionId, prompt, referenceAnswer, response, isRight } = item;
  return {
    type: 'sample',
    sample: {
      step,
      questionId,
      prompt,
      referenceAnswer,
      text: response,
      isRight,
      reward: null,
      rewardParts: {},
      source: 'watched',
    },
  };
}
