import type { Evaluation } from '@contracts/evaluations';
import type { MetricSeries } from '@contracts/runs';

/** One point of accuracy against budget. */
export interface BudgetPoint {
  /** Answers or walks for each question. */
  readonly budget: number;
  readonly tokens: number;
  /** For each question, at the pace of the whole evaluation. */
  readonly seconds: number;
  readonly share: number;
}

/** A way of choosing an answer, over growing budgets; a single point for one that has only one. */
export interface BudgetLine {
  readonly evaluation: Evaluation;
  /** What the evaluation is called on the page. */
  readonly name: string;
  readonly choice: string;
  readonly points: readonly BudgetPoint[];
}

/** Shares that an evaluation's metrics hold for each budget, as far as it recorded them. */
export const BUDGET_CHOICES = [
  'vote',
  'weighted-vote',
  'most-confident',
  'best-process',
  'process-vote',
  'coverage',
] as const;

/**
 * Accuracy against budget of one evaluation. Its metrics hold a step for each budget: tokens written for a question by then, and the share of right
 * answers under each choice. Without them there is the point that it ended at.
 */
export function budgetLines(
  evaluation: Evaluation,
  metrics: readonly MetricSeries[],
  name: string,
): readonly BudgetLine[] {
  const { accuracy, coverage, tokensPerAnswer, seconds } = evaluation;
  const secondsPerToken = seconds / Math.max(1, accuracy.count * tokensPerAnswer);
  const tokens = metrics.find((series) => series.name === 'tokensPerAnswer');
  const point = (budget: number, written: number, share: number): BudgetPoint => ({
    budget,
    tokens: written,
    seconds: written * secondsPerToken,
    share,
  });
  const curves = tokens
    ? BUDGET_CHOICES.flatMap((choice): BudgetLine[] => {
        const series = metrics.find((one) => one.name === choice);
        if (!series) return [];
        const points = series.steps.flatMap((budget, i): BudgetPoint[] => {
          const at = tokens.steps.indexOf(budget);
          const written = tokens.values[at];
          const share = series.values[i];
          return written === undefined || share === undefined ? [] : [point(budget, written, share)];
        });
        return points.length === 0 ? [] : [{ evaluation, name, choice, points }];
      })
    : [];
  if (curves.length > 0) return curves;
  const end = (share: number) => [point(evaluation.budget, tokensPerAnswer, share)];
  return [
    { evaluation, name, choice: evaluation.mode, points: end(accuracy.value) },
    ...(coverage ? [{ evaluation, name, choice: 'coverage', points: end(coverage.value) }] : []),
  ];
}
