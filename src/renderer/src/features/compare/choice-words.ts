import type { BudgetLine } from './budget';
import { texts } from './texts/en';

/** A way of choosing an answer, in words. */
export function choiceWords({ choice }: Pick<BudgetLine, 'choice'>): string {
  const names: Readonly<Record<string, string>> = texts.budget.choices;
  return names[choice] ?? choice;
}
