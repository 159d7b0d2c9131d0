import { parseText } from '@core/tokens/parse';
import type { EvaluationItem } from '@contracts/evaluations';

/** How checks were used in a set of answers. Steps are judged by their own calculation, where one can be read. */
export interface Mending {
  readonly answers: number;
  /** Answers with at least one check, and with at least one correction. */
  readonly withCheck: number;
  readonly withRefine: number;
  /** Steps of work with a calculation that can be judged, and how many of them are wrong. */
  readonly steps: number;
  readonly wrongSteps: number;
  /** Of the wrong steps: directly checked; checked and corrected; corrected to a right calculation. */
  readonly wrongChecked: number;
  readonly wrongRefined: number;
  readonly mended: number;
  /** Of the right steps: directly checked; checked and "corrected"; left wrong by that. */
  readonly rightChecked: number;
  readonly rightRefined: number;
  readonly spoiled: number;
}

type Counts = { -readonly [K in keyof Mending]: number };

/** Counts over answers as they are stored, with their functional tokens visible. */
export function countMending(items: readonly Pick<EvaluationItem, 'response'>[]): Mending {
  const counts: Counts = {
    answers: items.length,
    withCheck: 0,
    withRefine: 0,
    steps: 0,
    wrongSteps: 0,
    wrongChecked: 0,
    wrongRefined: 0,
    mended: 0,
    rightChecked: 0,
    rightRefined: 0,
    spoiled: 0,
  };
  for (const { response } of items) {
    const { steps } = parseText(response);
    if (steps.some((step) => step.token === 'verify')) counts.withCheck += 1;
    if (steps.some((step) => step.token === 'refine')) counts.withRefine += 1;
    steps.forEach((step, i) => {
      if (step.token !== 'next_step' && step.token !== 'refine') return;
      const isRight = isCalculationRight(step.text);
      if (isRight === null) return;
      counts.steps += 1;
      if (!isRight) counts.wrongSteps += 1;
      if (steps[i + 1]?.token !== 'verify') return;
      counts[isRight ? 'rightChecked' : 'wrongChecked'] += 1;
      const refined = steps[i + 2];
      if (refined?.token !== 'refine') return;
      counts[isRight ? 'rightRefined' : 'wrongRefined'] += 1;
      const isRefinedRight = isCalculationRight(refined.text);
      if (!isRight && isRefinedRight === true) counts.mended += 1;
      if (isRight && isRefinedRight === false) counts.spoiled += 1;
    });
  }
  return counts;
}

/** `37 + 66 = 103`, also with spaces between digits, as a tokenizer of single digits decodes them. */
const CALCULATION = /(\d+(?:\.\d+)?) ?([+\-*/×÷−]) ?(\d+(?:\.\d+)?) ?= ?(-?\d+(?:\.\d+)?)/g;

const OPERATIONS: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '−': (a, b) => a - b,
  '*': (a, b) => a * b,
  '×': (a, b) => a * b,
  '/': (a, b) => a / b,
  '÷': (a, b) => a / b,
};

/** Whether every calculation of a text is right; null where there is none. */
export function isCalculationRight(text: string): boolean | null {
  const found = [...text.matchAll(CALCULATION)];
  if (found.length === 0) return null;
  return found.every(([, a, sign = '+', b, result]) => {
    const value = OPERATIONS[sign]?.(Number(a), Number(b));
    return value !== undefined && Math.abs(value - Number(result)) < 1e-6;
  });
}
