import { CHOICES, choicesFor, type AnswerChoice } from './choices';
import { isCovered, type Attempt } from './votes';

/** An attempt with what had been spent when it was finished. */
export interface SpentAttempt {
  readonly attempt: Attempt;
  /** Tokens written for the question until then. */
  readonly tokens: number;
}

/** What one question comes to when the search is stopped after `budget` attempts. */
export interface BudgetPoint {
  readonly budget: number;
  readonly tokens: number;
  readonly isCovered: boolean;
  /** Whether the answer of each choice is right. */
  readonly isRight: Readonly<Partial<Record<AnswerChoice, boolean>>>;
}

/** 1, 2, 4, … below `most`, then `most`. */
export function budgetsUpTo(most: number): number[] {
  const budgets: number[] = [];
  for (let budget = 1; budget < most; budget *= 2) budgets.push(budget);
  return [...budgets, most];
}

/**
 * Accuracy against budget of one question: what the first 1, 2, 4, … attempts come to. A search that ended early, because nothing was left
 * to find, stands for every larger budget too.
 * @param attempts in the order in which they were made; one that found a leaf again repeats its attempt object and does not count twice
 * @param most     the budget that was asked for
 */
export function budgetCurve(attempts: readonly SpentAttempt[], most: number): BudgetPoint[] {
  return budgetsUpTo(most).map((budget) => {
    const made = attempts.slice(0, budget);
    const distinct = [...new Set(made.map(({ attempt }) => attempt))];
    return {
      budget,
      tokens: made.at(-1)?.tokens ?? 0,
      isCovered: isCovered(distinct),
      isRight: Object.fromEntries(
        choicesFor(distinct).map((name) => [name, CHOICES[name].choose(distinct)?.isRight ?? false]),
      ),
    };
  });
}
