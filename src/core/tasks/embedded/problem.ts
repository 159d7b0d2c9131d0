import { WorkbenchError } from '../../errors';
import type { Rng } from '../../ports';
import { createRng } from '../../random/rng';
import { OBJECTS, OPERATION_KINDS, PEOPLE, WORDINGS, type OperationKind, type Person } from './wordings';

/** One change in a story. `phrase` is how the story tells it, e.g. `collects 66 more`. */
export interface Operation {
  readonly kind: OperationKind;
  readonly operand: number;
  readonly phrase: string;
}

/** A story with a start value and its changes; every value on the way is an integer from 1 to its size's `valueMax`. */
export interface Problem {
  readonly person: Person;
  readonly object: string;
  readonly start: number;
  readonly operations: readonly Operation[];
  /** [operations + 1] the start and the value after each operation. */
  readonly values: readonly number[];
}

/** How large the numbers of a story may be. */
export interface ProblemSize {
  /** Lengths to draw from, with repetition as weight. */
  readonly lengths: readonly number[];
  readonly startMax: number;
  readonly addendMax: number;
  /** No value on the way is larger. */
  readonly valueMax: number;
}

/**
 * The sizes of the questions that everything is shown on. Four digits, so that a step stated in one go often goes wrong while the same
 * calculation digit by digit does not: that difference is all that checks can win (ADR 0075).
 */
export const FAMILY_SIZE: ProblemSize = { lengths: [2, 3, 3, 4], startMax: 999, addendMax: 500, valueMax: 9999 };
/** Smaller numbers, for the first phases of pretraining. */
export const SMALL_SIZE: ProblemSize = { lengths: [2, 3, 3, 4, 4, 5], startMax: 99, addendMax: 99, valueMax: 999 };
export const MIDDLE_SIZE: ProblemSize = { ...SMALL_SIZE, startMax: 300, addendMax: 200 };
/** Out of family: more operations than any question that is trained on or tested. */
export const DEEP_SIZE: ProblemSize = { ...FAMILY_SIZE, lengths: [5] };
/** Out of family: larger numbers. */
export const BIG_SIZE: ProblemSize = { ...FAMILY_SIZE, lengths: [3, 3, 4], startMax: 3000, addendMax: 999 };

/** Where a problem belongs. `test` is decided by its operation sequence, `validation` by its text. */
export type Split = 'train' | 'validation' | 'test';

/** The operation sequence of a problem, e.g. `+-*`. */
export function sequenceOf(problem: Problem): string {
  return problem.operations.map((operation) => operation.kind).join('');
}

/** True when stories with this sequence (three operations or more) are for the test alone: one in five sequences. */
export function isTestSequence(sequence: string): boolean {
  return sequence.length >= 3 && createRng(`sequence/${sequence}`).integer(5) === 0;
}

/** The split of a problem; test by sequence, then one text in twenty for validation. */
export function splitOf(problem: Problem): Split {
  if (isTestSequence(sequenceOf(problem))) return 'test';
  return createRng(`text/${renderQuestion(problem)}`).integer(20) === 0 ? 'validation' : 'train';
}

/** The story as a person reads it. */
export function renderQuestion(problem: Problem): string {
  const { person, object } = problem;
  const changes = problem.operations.map((operation) => ` Then ${person.pronoun} ${operation.phrase}.`).join('');
  return `${person.name} has ${problem.start} ${object}.${changes} How many ${object} does ${person.name} have now?`;
}

/** The right answer. */
export function answerOf(problem: Problem): number {
  return problem.values[problem.values.length - 1]!;
}

/** The value after one operation; a quotient is rounded down (it is exact in every problem, not after a slip). */
export function applyOperation(value: number, kind: OperationKind, operand: number): number {
  return APPLY[kind](value, operand);
}

const APPLY: Readonly<Record<OperationKind, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => Math.floor(a / b),
};

/** A problem of the given size, drawn until one fits `split` (a test problem needs three operations or more). */
export function drawProblem(rng: Rng, size: ProblemSize, split: Split | 'any'): Problem {
  for (let attempt = 0; attempt < 10_000; attempt++) {
    const problem = drawAnyProblem(rng, size);
    if (problem && (split === 'any' || splitOf(problem) === split)) return problem;
  }
  throw new WorkbenchError('internal', `No problem of split ${split} in 10,000 draws.`, {
    code: 'embedded-no-problem',
  });
}

function drawAnyProblem(rng: Rng, size: ProblemSize): Problem | null {
  const person = PEOPLE[rng.integer(PEOPLE.length)]!;
  const object = OBJECTS[rng.integer(OBJECTS.length)]!;
  const start = 5 + rng.integer(size.startMax - 4);
  const length = size.lengths[rng.integer(size.lengths.length)]!;
  const operations: Operation[] = [];
  const values = [start];
  for (let i = 0; i < length; i++) {
    const value = values[i]!;
    const operation = drawOperation(rng, value, operations[i - 1]?.kind ?? null, size);
    if (!operation) return null;
    operations.push(operation);
    values.push(applyOperation(value, operation.kind, operation.operand));
  }
  return { person, object, start, operations, values };
}

/** One operation that keeps the value in its bounds; the kind just used is half as likely. */
function drawOperation(rng: Rng, value: number, previous: OperationKind | null, size: ProblemSize): Operation | null {
  const choices = OPERATION_KINDS.map((kind) => ({ kind, operands: fittingOperands(value, kind, size) })).filter(
    (choice) => choice.operands.length > 0,
  );
  const weights = choices.map((choice) => (choice.kind === previous ? 0.5 : 1));
  let left = rng.next() * weights.reduce((sum, weight) => sum + weight, 0);
  for (const [i, choice] of choices.entries()) {
    left -= weights[i]!;
    if (left < 0) {
      const operand = choice.operands[rng.integer(choice.operands.length)]!;
      return { kind: choice.kind, operand, phrase: drawPhrase(rng, choice.kind, operand) };
    }
  }
  return null;
}

function fittingOperands(value: number, kind: OperationKind, { addendMax, valueMax }: ProblemSize): number[] {
  const isTerm = kind === '+' || kind === '-';
  const operands: number[] = [];
  for (let operand = 2; operand <= (isTerm ? addendMax : 9); operand++) {
    const result = applyOperation(value, kind, operand);
    const isExact = kind !== '/' || value % operand === 0;
    if (isExact && result >= 1 && result <= valueMax) operands.push(operand);
  }
  return operands;
}

function drawPhrase(rng: Rng, kind: OperationKind, operand: number): string {
  const fitting = WORDINGS[kind].filter((wording) => wording.only === undefined || wording.only === operand);
  return fitting[rng.integer(fitting.length)]!.pattern.replace('#', String(operand));
}
