import { applyOperation, type Operation, type Problem } from './problem';
import { OPERATION_VERBS, type OperationKind } from './wordings';

/**
 * The lines of worked-out solutions, one function per kind of line. All texts are token lists joined by spaces,
 * so that encoding and decoding give them back.
 */

/** `start 37 , then + 66 , then / 2 . Find the end number .` */
export function clarifyText(problem: Problem): string {
  const changes = problem.operations.map((operation) => ` , then ${operation.kind} ${operation.operand}`).join('');
  return `start ${problem.start}${changes} . Find the end number .`;
}

/** `there are 2 changes , add then divide .` */
export function analysisText(problem: Problem): string {
  const verbs = problem.operations.map((operation) => OPERATION_VERBS[operation.kind]).join(' then ');
  return `there are ${problem.operations.length} changes , ${verbs} .`;
}

/** `find the number after she collects 66 more .` */
export function subquestionText(problem: Problem, operation: Operation): string {
  return `find the number after ${problem.person.pronoun} ${operation.phrase} .`;
}

/** `collects 66 more : 37 + 66 = 103 .` */
export function nextStepText(operation: Operation, value: number, result: number): string {
  return `${operation.phrase} : ${equation(value, operation.kind, operation.operand, result)} .`;
}

/** `The answer is 103 .` */
export function finalText(answer: number): string {
  return `The answer is ${answer} .`;
}

/** `37 + 66 = 103 , 103 / 2 = 51 . The answer is 51 .` */
export function directAnswerText(
  steps: readonly { operation: Operation; value: number; result: number }[],
  answer: number,
): string {
  const chain = steps
    .map((step) => equation(step.value, step.operation.kind, step.operation.operand, step.result))
    .join(' , ');
  return `${chain} . ${finalText(answer)}`.replace(/^ \. /, '');
}

/** The pieces by which a calculation is done again, and what they give. */
export interface Recomputation {
  /** Small equations in the order of the work; the last one gives the result. */
  readonly pieces: readonly string[];
  readonly result: number;
}

/** Does `value kind operand` again in small pieces: places of an addend, places of the number in a product, of the result in a quotient. */
export function recompute(value: number, kind: OperationKind, operand: number): Recomputation {
  return RECOMPUTE[kind](value, operand);
}

/** `37 + 66 : 37 + 60 = 97 , 97 + 6 = 103 , have 93 , find 103 . That is wrong .` */
export function verifyText(value: number, operation: Operation, have: number, work: Recomputation): string {
  return `${value} ${operation.kind} ${operation.operand} : ${work.pieces.join(' , ')} , ${verdictText(have, work.result)}`;
}

/** `have 93 , find 103 . That is wrong .` */
export function verdictText(have: number, found: number): string {
  return `have ${have} , find ${found} . That is ${have === found ? 'right' : 'wrong'} .`;
}

function equation(a: number, kind: OperationKind, b: number, result: number): string {
  return `${a} ${kind} ${b} = ${result}`;
}

/** Decimal places of `n` from the largest, without zeros: 306 → [300, 6]. */
function placesOf(n: number): number[] {
  const digits = String(n);
  return [...digits].map((digit, i) => Number(digit) * 10 ** (digits.length - 1 - i)).filter((place) => place > 0);
}

const RECOMPUTE: Readonly<Record<OperationKind, (value: number, operand: number) => Recomputation>> = {
  '+': recomputeTerm('+'),
  '-': recomputeTerm('-'),
  '*': (value, operand) =>
    sumParts(
      placesOf(value).map((place) => ({ from: place, to: place * operand })),
      '*',
      operand,
    ),
  '/': (value, operand) =>
    sumParts(
      placesOf(Math.floor(value / operand)).map((place) => ({ from: place * operand, to: place })),
      '/',
      operand,
    ),
};

/** Adds or takes away the places of the operand one after the other. */
function recomputeTerm(kind: '+' | '-') {
  return (value: number, operand: number): Recomputation => {
    const pieces: string[] = [];
    let running = value;
    for (const place of placesOf(operand)) {
      const result = applyOperation(running, kind, place);
      pieces.push(equation(running, kind, place, result));
      running = result;
    }
    return { pieces, result: running };
  };
}

/** Works out each part alone and adds it to the sum of those before. */
function sumParts(parts: readonly { from: number; to: number }[], kind: OperationKind, operand: number): Recomputation {
  const pieces: string[] = [];
  let running = 0;
  for (const [i, part] of parts.entries()) {
    pieces.push(equation(part.from, kind, operand, part.to));
    if (i > 0) pieces.push(equation(running, '+', part.to, running + part.to));
    running += part.to;
  }
  return { pieces, result: running };
}
