import type { Rng } from '../../ports';
import {
  answerOf,
  BIG_SIZE,
  DEEP_SIZE,
  drawProblem,
  FAMILY_SIZE,
  renderQuestion,
  type ProblemSize,
  type Split,
} from './problem';

/** A line of a question file. */
export interface EmbeddedQuestion {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

/** One question file of the embedded model: its size, and which problems belong to it. */
export interface QuestionSetPlan {
  readonly count: number;
  readonly size: ProblemSize;
  readonly split: Split;
}

/** The files in `resources/questions`. `test`, `deep` and `big` hold operation sequences that nothing is trained on. */
export const QUESTION_SETS = {
  train: { count: 3000, size: FAMILY_SIZE, split: 'train' },
  validation: { count: 300, size: FAMILY_SIZE, split: 'validation' },
  test: { count: 500, size: FAMILY_SIZE, split: 'test' },
  deep: { count: 200, size: DEEP_SIZE, split: 'test' },
  big: { count: 200, size: BIG_SIZE, split: 'test' },
} as const satisfies Record<string, QuestionSetPlan>;

export type QuestionSetName = keyof typeof QUESTION_SETS;

/** The questions of one file, no two alike, the same for the same `rng`. */
export function drawQuestionSet(rng: Rng, name: QuestionSetName): EmbeddedQuestion[] {
  const plan = QUESTION_SETS[name];
  const questions = new Map<string, EmbeddedQuestion>();
  while (questions.size < plan.count) {
    const problem = drawProblem(rng, plan.size, plan.split);
    const question = renderQuestion(problem);
    if (questions.has(question)) continue;
    const id = `${name}-${String(questions.size + 1).padStart(4, '0')}`;
    questions.set(question, { id, question, answer: String(answerOf(problem)) });
  }
  return [...questions.values()];
}
