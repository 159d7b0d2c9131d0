import type { Rng } from '../../ports';
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
  /** Small equations in the order of the work. */
  readonly pieces: readonly string[];
  readonly result: number;
}

/**
 * Ways to do a calculation again in small pieces. `places`: the places of an addend one after the other, the places of a number multiplied or
 * of a quotient. `columns`: as on paper, digit by digit with a carry, a borrowed ten or a rest, so that each piece is a fact of one digit;
 * products as in `places`. `paper`: as `columns`, products too.
 */
export const CHECK_STYLES = ['places', 'columns', 'paper'] as const;
export type CheckStyle = (typeof CHECK_STYLES)[number];

/** Does `value kind operand` again in small pieces. */
export function recompute(value: number, kind: OperationKind, operand: number, style: CheckStyle): Recomputation {
  return RECOMPUTE[style][kind](value, operand);
}

/** `37 + 66 : 7 + 6 = 13 , 3 + 6 + 1 = 10 , have 93 , find 103 . That is wrong .` */
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

type Recompute = (value: number, operand: number) => Recomputation;

const multiplyPlaces: Recompute = (value, operand) =>
  sumParts(
    placesOf(value).map((place) => ({ from: place, to: place * operand })),
    '*',
    operand,
  );

const columns = { '+': addColumns, '-': subtractColumns, '/': divideLong } as const;

const RECOMPUTE: Readonly<Record<CheckStyle, Readonly<Record<OperationKind, Recompute>>>> = {
  places: {
    '+': recomputeTerm('+'),
    '-': recomputeTerm('-'),
    '*': multiplyPlaces,
    '/': (value, operand) =>
      sumParts(
        placesOf(Math.floor(value / operand)).map((place) => ({ from: place * operand, to: place })),
        '/',
        operand,
      ),
  },
  columns: { ...columns, '*': multiplyPlaces },
  paper: { ...columns, '*': multiplyColumns },
};

/** Digits of `n` from the units on, with zeros up to `length`. */
function digitsFromUnits(n: number, length: number): number[] {
  return [...String(n).padStart(length, '0')].map(Number).reverse();
}

/** `437 + 86`: 7 + 6 = 13 , 3 + 8 + 1 = 12 , 4 + 0 + 1 = 5. */
function addColumns(value: number, operand: number): Recomputation {
  const length = Math.max(String(value).length, String(operand).length);
  const below = digitsFromUnits(operand, length);
  let carry = 0;
  const pieces = digitsFromUnits(value, length).map((digit, i) => {
    const sum = digit + below[i]! + carry;
    const piece = `${digit} + ${below[i]}${carry > 0 ? ' + 1' : ''} = ${sum}`;
    carry = sum >= 10 ? 1 : 0;
    return piece;
  });
  return { pieces, result: value + operand };
}

/** `112 - 63`: 12 - 3 = 9 , 11 - 6 - 1 = 4 , 1 - 0 - 1 = 0. */
function subtractColumns(value: number, operand: number): Recomputation {
  const length = String(value).length;
  const below = digitsFromUnits(operand, length);
  let borrowed = 0;
  const pieces = digitsFromUnits(value, length).map((digit, i) => {
    const isShort = digit - below[i]! - borrowed < 0;
    const above = isShort ? digit + 10 : digit;
    const piece = `${above} - ${below[i]}${borrowed > 0 ? ' - 1' : ''} = ${above - below[i]! - borrowed}`;
    borrowed = isShort ? 1 : 0;
    return piece;
  });
  return { pieces, result: value - operand };
}

/** A piece of a product or a quotient, evenly drawn: `3 * 8 + 5 = 29`, `23 / 3 = 7 rest 2`. */
export function drawFact(rng: Rng): string {
  const operand = 2 + rng.integer(8);
  return rng.next() < 0.5
    ? productPiece(rng.integer(10), operand, rng.integer(operand))
    : quotientPiece(rng.integer(10 * operand), operand);
}

function productPiece(digit: number, operand: number, carry: number): string {
  return `${digit} * ${operand}${carry > 0 ? ` + ${carry}` : ''} = ${digit * operand + carry}`;
}

function quotientPiece(part: number, operand: number): string {
  return `${part} / ${operand} = ${Math.floor(part / operand)} rest ${part % operand}`;
}

/** `437 * 8`: 7 * 8 = 56 , 3 * 8 + 5 = 29 , 4 * 8 + 2 = 34. */
function multiplyColumns(value: number, operand: number): Recomputation {
  let carry = 0;
  const pieces = digitsFromUnits(value, 1).map((digit) => {
    const piece = productPiece(digit, operand, carry);
    carry = Math.floor((digit * operand + carry) / 10);
    return piece;
  });
  return { pieces, result: value * operand };
}

/** `537 / 3`: 5 / 3 = 1 rest 2 , 23 / 3 = 7 rest 2 , 27 / 3 = 9 rest 0. */
function divideLong(value: number, operand: number): Recomputation {
  let rest = 0;
  const pieces = [...String(value)].map((digit) => {
    const part = rest * 10 + Number(digit);
    rest = part % operand;
    return quotientPiece(part, operand);
  });
  return { pieces, result: Math.floor(value / operand) };
}

/** Adds or takes away the places of the operand one after the other. */
function recomputeTerm(kind: '+' | '-'): Recompute {
  return (value, operand) => {
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
