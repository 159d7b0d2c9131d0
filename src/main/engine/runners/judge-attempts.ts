import type { EvaluationItem } from '@contracts/evaluations';
import type { QuestionRow } from '@contracts/questions';
import { budgetCurve, type BudgetPoint, type SpentAttempt } from '@core/eval/budget-curve';
import { CHOICES, type AnswerChoice } from '@core/eval/choices';
import type { Attempt } from '@core/eval/votes';
import { compareAnswers } from '@core/tasks/verifier';
import { addTo, type Tally } from './rounds';

/** One question answered several times: the chosen answer, and what fewer attempts would have come to. */
export interface JudgedAnswer {
  readonly item: EvaluationItem;
  readonly curve: readonly BudgetPoint[];
}

/**
 * Settles on one of several attempts and compares it with the right answer, which no choice has looked at.
 * @param textOf response of an attempt; asked for the first one where none has an answer
 */
export function judgeAttempts<A extends Attempt>(
  question: QuestionRow,
  attempts: readonly (SpentAttempt & { readonly attempt: A })[],
  settings: { readonly choice: AnswerChoice; readonly numSimulations: number },
  textOf: (attempt: A) => string,
): JudgedAnswer {
  const distinct = [...new Set(attempts.map(({ attempt }) => attempt))];
  // Holds because a choice gives back one of the attempts it was given.
  const winner = CHOICES[settings.choice].choose(distinct) as A | null;
  const answer = winner?.answer ?? null;
  const verdict =
    answer === null
      ? { equal: false, why: 'No attempt came to an answer.' }
      : compareAnswers(answer, question.referenceAnswer);
  const shown = winner ?? distinct[0];
  return {
    item: {
      questionId: question.id,
      prompt: question.prompt,
      referenceAnswer: question.referenceAnswer,
      response: shown === undefined ? '' : textOf(shown),
      answer,
      isRight: verdict.equal,
      why: verdict.why,
      tokens: attempts.at(-1)?.tokens ?? 0,
    },
    curve: budgetCurve(attempts, settings.numSimulations),
  };
}

/** Adds the curve of a question to the sums of the evaluation. */
export function addCurve(tally: Tally, curve: readonly BudgetPoint[]): void {
  for (const { budget, tokens, isCovered, isRight } of curve) {
    addTo(tally, `${CURVE}tokensPerAnswer:${budget}`, tokens);
    addTo(tally, `${CURVE}coverage:${budget}`, isCovered ? 1 : 0);
    for (const [choice, right] of Object.entries(isRight)) addTo(tally, `${CURVE}${choice}:${budget}`, right ? 1 : 0);
  }
}

const CURVE = 'curve:';

/** The curve of the whole set, as `CurveMetrics` of the contracts says: a step for each budget. */
export function curveRecords(tally: Tally, answered: number) {
  const byBudget = new Map<number, Record<string, number>>();
  for (const [key, sum] of Object.entries(tally)) {
    if (!key.startsWith(CURVE)) continue;
    const [name = '', budget = ''] = key.slice(CURVE.length).split(':');
    byBudget.set(Number(budget), { ...byBudget.get(Number(budget)), [name]: sum / Math.max(1, answered) });
  }
  return [...byBudget].sort(([a], [b]) => a - b).map(([step, values]) => ({ type: 'metrics' as const, step, values }));
}
