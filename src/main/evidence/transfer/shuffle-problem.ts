import type { Rng } from '@core/ports';
import { createRng } from '@core/random/rng';
import { shuffled } from '@core/random/shuffle';
import { OBJECTS, PEOPLE, type Person } from '@core/tasks/embedded/wordings';

/**
 * A family of tasks without numbers to reckon with: things lie in a row, and some pairs of places are exchanged, one after the other. It is told in
 * the words that the embedded model has tokens for. Places are written as digits: `12` exchanges the first two things.
 */

/** Two places of the row, from 1, the smaller one first. */
export type Exchange = readonly [number, number];

/** Exchanges that are told together; a solution gives one line to each turn. */
export type Turn = readonly Exchange[];

export interface ShuffleProblem {
  readonly person: Person;
  /** [PLACES] different things. */
  readonly row: readonly string[];
  readonly turns: readonly Turn[];
}

export const PLACES = 4;
/** Exchanges of a turn: too many to see their result at a glance, few enough to follow one by one. */
export const EXCHANGES = 3;
/** Turns of a problem, with repetition as weight; as many as the operations of the arithmetic family. */
const LENGTHS = [2, 3, 3, 4];

export type ShuffleSplit = 'train' | 'validation' | 'test';

/** The row after an exchange. */
export function exchange(row: readonly string[], [a, b]: Exchange): readonly string[] {
  return row.map((thing, place) => (place === a - 1 ? row[b - 1]! : place === b - 1 ? row[a - 1]! : thing));
}

/** The row after a turn. */
export function afterTurn(row: readonly string[], turn: Turn): readonly string[] {
  return turn.reduce(exchange, row);
}

/** The row at the end. */
export function endOf({ row, turns }: ShuffleProblem): readonly string[] {
  return turns.reduce(afterTurn, row);
}

/** `12 , 34 , 23` */
export function turnText(turn: Turn): string {
  return turn.map(([a, b]) => `${a}${b}`).join(' , ');
}

/** As a person reads it. */
export function questionText({ person, row, turns }: ShuffleProblem): string {
  const told = turns.map((turn) => ` Then ${turn.map(([a, b]) => `${a}${b}`).join(', ')}.`).join('');
  return `${person.name} has ${row.join(' ')}.${told} Find the end.`;
}

/** The reference as the checker wants it: things in their order. */
export function referenceOf(problem: ShuffleProblem): string {
  return `in order: ${endOf(problem).join(' ')}`;
}

/** A tenth of all questions is for the test, another tenth for validation; decided by the text. */
export function splitOf(problem: ShuffleProblem): ShuffleSplit {
  const lot = createRng(`shuffle/${questionText(problem)}`).integer(10);
  return lot === 0 ? 'test' : lot === 1 ? 'validation' : 'train';
}

/** A problem of a split; two exchanges in a row are never the same, which would undo each other. */
export function drawProblem(rng: Rng, split: ShuffleSplit): ShuffleProblem {
  for (;;) {
    const person = PEOPLE[rng.integer(PEOPLE.length)]!;
    const row = shuffled(OBJECTS, rng).slice(0, PLACES);
    const length = LENGTHS[rng.integer(LENGTHS.length)]!;
    const turns = Array.from({ length }, () => drawTurn(rng));
    const problem = { person, row, turns };
    if (splitOf(problem) === split) return problem;
  }
}

/** Different questions of a split, the same for the same `rng`. */
export function drawProblems(rng: Rng, split: ShuffleSplit, count: number): ShuffleProblem[] {
  const found = new Map<string, ShuffleProblem>();
  while (found.size < count) {
    const problem = drawProblem(rng, split);
    found.set(questionText(problem), problem);
  }
  return [...found.values()];
}

const ALL_EXCHANGES: readonly Exchange[] = Array.from({ length: PLACES }, (_, i) =>
  Array.from({ length: PLACES - i - 1 }, (_each, j): Exchange => [i + 1, i + j + 2]),
).flat();

function drawTurn(rng: Rng): Turn {
  const turn: Exchange[] = [];
  while (turn.length < EXCHANGES) {
    const next = ALL_EXCHANGES[rng.integer(ALL_EXCHANGES.length)]!;
    if (next !== turn.at(-1)) turn.push(next);
  }
  return turn;
}
