import type { Rng } from '@core/ports';
import { CUES } from '@core/tasks/embedded/vocabulary';
import { afterTurn, drawProblem, exchange, questionText, referenceOf, type ShuffleProblem } from './shuffle-problem';
import {
  analysisText,
  clarifyText,
  directAnswerText,
  finalText,
  nextStepText,
  subquestionText,
  verifyText,
} from './shuffle-solution';

/** A line of a lesson; what is not taught is only read. */
interface LessonLine {
  readonly text: string;
  readonly isTrained: boolean;
}

/** A plain text from which the family is learned before anything is measured: no functional token, and a check only where one is asked for. */
export interface Lesson {
  readonly prompt: string;
  readonly referenceAnswer: string;
  readonly lines: readonly LessonLine[];
}

type Row = readonly string[];

/** How often a line of a solution goes wrong, and how often one that is checked. As in the embedded model's own texts. */
const SLIP_CHANCE = 0.08;
const CHECKED_SLIP_CHANCE = 0.4;

/** Kinds of lesson with their shares; each shows what one cue of the prompt set calls for. */
const WRITERS: readonly (readonly [number, (rng: Rng, problem: ShuffleProblem) => LessonLine[]])[] = [
  [0.5, writeWorkbook],
  [0.1, writeDirect],
  [0.4, writeCheck],
];

/** One lesson, on a problem of the training split. */
export function drawLesson(rng: Rng): Lesson {
  const problem = drawProblem(rng, 'train');
  let left = rng.next();
  const [, write] = WRITERS.find(([share]) => (left -= share) < 0) ?? WRITERS[0]!;
  return { prompt: questionText(problem), referenceAnswer: referenceOf(problem), lines: write(rng, problem) };
}

function writeWorkbook(rng: Rng, problem: ShuffleProblem): LessonLine[] {
  const lines: LessonLine[] = [];
  if (rng.next() < 0.3) lines.push(taught(`${CUES.clarify} ${clarifyText(problem)}`));
  if (rng.next() < 0.25) lines.push(taught(`${CUES.analysis} ${analysisText(problem)}`));
  let row: Row = problem.row;
  for (const turn of problem.turns) {
    if (rng.next() < 0.25) lines.push(taught(`${CUES.subquestion} ${subquestionText(turn)}`));
    const right = afterTurn(row, turn);
    const written = rng.next() < SLIP_CHANCE ? slipOf(rng, right) : right;
    lines.push({ text: `${CUES.nextStep} ${nextStepText(turn, row, written)}`, isTrained: written === right });
    row = written;
  }
  lines.push(taught(`${rng.next() < 0.5 ? CUES.nextStep : CUES.output} ${finalText(row)}`));
  return lines;
}

function writeDirect(_rng: Rng, problem: ShuffleProblem): LessonLine[] {
  const rows = problem.turns.reduce<Row[]>((found, turn) => [...found, afterTurn(found.at(-1)!, turn)], [problem.row]);
  return [taught(`${CUES.directAnswer} ${directAnswerText(rows)}`)];
}

/** Lines without cues up to one that is checked on request, and the right line again where it was wrong. */
function writeCheck(rng: Rng, problem: ShuffleProblem): LessonLine[] {
  const lines: LessonLine[] = [];
  const checked = rng.integer(problem.turns.length);
  let row: Row = problem.row;
  for (const [i, turn] of problem.turns.slice(0, checked + 1).entries()) {
    const right = afterTurn(row, turn);
    const isSlip = rng.next() < (i === checked ? CHECKED_SLIP_CHANCE : SLIP_CHANCE);
    const written = isSlip ? slipOf(rng, right) : right;
    lines.push({ text: nextStepText(turn, row, written), isTrained: false });
    if (i === checked) {
      lines.push(taught(`${CUES.verify} ${verifyText(turn, row, written)}`));
      if (isSlip) lines.push(taught(`${CUES.refine} ${nextStepText(turn, row, right)}`));
    }
    row = written;
  }
  return lines;
}

/** Another row of the same things: one exchange away, as when one is forgotten or made twice. */
function slipOf(rng: Rng, right: Row): Row {
  const first = 1 + rng.integer(right.length - 1);
  return exchange(right, [first, first + 1 + rng.integer(right.length - first)]);
}

function taught(text: string): LessonLine {
  return { text, isTrained: true };
}
