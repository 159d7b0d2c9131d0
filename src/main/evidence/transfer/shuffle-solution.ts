import { exchange, turnText, type ShuffleProblem, type Turn } from './shuffle-problem';

/** The lines of solutions to the family of shuffled rows, one function for each kind of line; the counterparts of the embedded family's. */

type Row = readonly string[];

/** `start pens cups books coins , then 3 changes . Find the end .` */
export function clarifyText({ row, turns }: ShuffleProblem): string {
  return `start ${row.join(' ')} , then ${turns.length} changes . Find the end .`;
}

/** `there are 3 changes .` */
export function analysisText({ turns }: ShuffleProblem): string {
  return `there are ${turns.length} changes .`;
}

/** `find the end after 12 , 34 , 23 .` */
export function subquestionText(turn: Turn): string {
  return `find the end after ${turnText(turn)} .`;
}

/** `12 , 34 , 23 : pens cups books coins = cups coins pens books .` */
export function nextStepText(turn: Turn, from: Row, to: Row): string {
  return `${turnText(turn)} : ${from.join(' ')} = ${to.join(' ')} .`;
}

/** `The answer is cups coins pens books .` */
export function finalText(end: Row): string {
  return `The answer is ${end.join(' ')} .`;
}

/** `pens cups books coins = cups coins pens books , cups … = … . The answer is … .` */
export function directAnswerText(rows: readonly Row[]): string {
  const chain = rows.slice(1).map((row, i) => `${rows[i]!.join(' ')} = ${row.join(' ')}`);
  return `${chain.join(' , ')} . ${finalText(rows.at(-1)!)}`;
}

/** The turn once more, exchange by exchange: `pens cups books coins : 12 = cups pens books coins , … , have … , find … . That is wrong .` */
export function verifyText(turn: Turn, from: Row, have: Row): string {
  let row = from;
  const pieces = turn.map((each) => {
    row = exchange(row, each);
    return `${each.join('')} = ${row.join(' ')}`;
  });
  const verdict = row.join() === have.join() ? 'right' : 'wrong';
  return `${from.join(' ')} : ${pieces.join(' , ')} , have ${have.join(' ')} , find ${row.join(' ')} . That is ${verdict} .`;
}
