import type { Rng } from '../../ports';
import { finalText, nextStepText, recompute, verifyText } from './solution';
import { answerOf, drawProblem, FAMILY_SIZE, renderQuestion, type Problem } from './problem';
import { CUES } from './vocabulary';

/** What the base model is examined in before it is shipped. */
export type Skill = 'step' | 'check-right' | 'check-wrong' | 'finish';

/** One examination: the text before, and the one line that should follow the cue. */
export interface SkillCase {
  readonly skill: Skill;
  readonly question: string;
  /** After the question: history lines and the cue, as the prompt set `workbook` writes them. */
  readonly continuation: string;
  readonly expected: string;
}

/** Shares of the cases that went right, each in [0, 1]. */
export interface SkillFigures {
  /** Copies the right phrase, value, sign and operand of the next step. */
  readonly parse: number;
  /** One-shot result right, among the steps that were parsed right. */
  readonly quickStep: number;
  /** The whole recomputation right, pieces and found number. */
  readonly check: number;
  readonly saysRightWhenRight: number;
  readonly saysWrongWhenWrong: number;
  /** Says the answer when nothing is left to do. */
  readonly finish: number;
}

/** The bounds that a build has to reach (embedded-model.md 9.2). */
export const GATES: Readonly<Record<keyof SkillFigures, { readonly least: number; readonly most?: number }>> = {
  parse: { least: 0.95 },
  quickStep: { least: 0.75, most: 0.85 },
  check: { least: 0.93 },
  saysRightWhenRight: { least: 0.95 },
  saysWrongWhenWrong: { least: 0.95 },
  finish: { least: 0.95 },
};

/** `count` cases of each skill on validation problems. */
export function drawSkillCases(rng: Rng, count: number): SkillCase[] {
  return SKILLS.flatMap((skill) =>
    Array.from({ length: count }, () => CASE_WRITERS[skill](rng, drawProblem(rng, FAMILY_SIZE, 'validation'))),
  );
}

/** Figures from the lines a model wrote after each case (the text up to the first newline). */
export function scoreSkillCases(cases: readonly SkillCase[], lines: readonly string[]): SkillFigures {
  const graded = cases.map((skillCase, i) => ({
    skillCase,
    line: normalise(lines[i] ?? ''),
    expected: normalise(skillCase.expected),
  }));
  const of = (...skills: Skill[]) => graded.filter((row) => skills.includes(row.skillCase.skill));
  const parsed = of('step').filter((row) => row.line.split('=')[0] === row.expected.split('=')[0]);
  const isVerdictRight = (row: (typeof graded)[number]) =>
    row.line.split(' That is ')[1] === row.expected.split(' That is ')[1];
  return {
    parse: share(of('step'), (row) => parsed.includes(row)),
    quickStep: share(parsed, (row) => row.line === row.expected),
    check: share(
      of('check-right', 'check-wrong'),
      (row) => row.line.split(' That is ')[0] === row.expected.split(' That is ')[0],
    ),
    saysRightWhenRight: share(of('check-right'), isVerdictRight),
    saysWrongWhenWrong: share(of('check-wrong'), isVerdictRight),
    finish: share(of('finish'), (row) => row.line === row.expected),
  };
}

/** The gates that `figures` miss, in words; empty when all hold. */
export function missedGates(figures: SkillFigures): string[] {
  return Object.entries(GATES).flatMap(([name, gate]) => {
    // Object.entries widens the key; GATES has exactly the figures' names.
    const value = figures[name as keyof SkillFigures];
    if (value < gate.least) return [`${name} ${value.toFixed(3)} is below ${gate.least}`];
    if (gate.most !== undefined && value > gate.most) return [`${name} ${value.toFixed(3)} is above ${gate.most}`];
    return [];
  });
}

const SKILLS: readonly Skill[] = ['step', 'check-right', 'check-wrong', 'finish'];

const CASE_WRITERS: Readonly<Record<Skill, (rng: Rng, problem: Problem) => SkillCase>> = {
  step: (rng, problem) => {
    const at = rng.integer(problem.operations.length);
    return {
      skill: 'step',
      question: renderQuestion(problem),
      continuation: `${historyLines(problem, at, `${CUES.nextStep} `)}${CUES.nextStep}`,
      expected: stepText(problem, at),
    };
  },
  'check-right': (rng, problem) => checkCase(problem, rng.integer(problem.operations.length), 0),
  'check-wrong': (rng, problem) => {
    const at = rng.integer(problem.operations.length);
    const size = WRONG_BY[rng.integer(WRONG_BY.length)]!;
    const right = problem.values[at + 1]!;
    return checkCase(
      problem,
      at,
      right + size > FAMILY_SIZE.valueMax || (right > size && rng.next() < 0.5) ? -size : size,
    );
  },
  finish: (_rng, problem) => ({
    skill: 'finish',
    question: renderQuestion(problem),
    continuation: `${historyLines(problem, problem.operations.length, `${CUES.nextStep} `)}${CUES.nextStep}`,
    expected: finalText(answerOf(problem)),
  }),
};

/** How far a wrong result is off, drawn evenly. */
const WRONG_BY: readonly number[] = [1, 1, 2, 10, 10, 20, 100, 100, 1000];

function checkCase(problem: Problem, at: number, slip: number): SkillCase {
  const value = problem.values[at]!;
  const operation = problem.operations[at]!;
  const have = problem.values[at + 1]! + slip;
  return {
    skill: slip === 0 ? 'check-right' : 'check-wrong',
    question: renderQuestion(problem),
    continuation: `${historyLines(problem, at, '')}${nextStepText(operation, value, have)}\n${CUES.verify}`,
    expected: verifyText(value, operation, have, recompute(value, operation.kind, operation.operand, 'paper')),
  };
}

function historyLines(problem: Problem, count: number, cue: string): string {
  return problem.operations
    .slice(0, count)
    .map((_, i) => `${cue}${stepText(problem, i)}\n`)
    .join('');
}

function stepText(problem: Problem, at: number): string {
  return nextStepText(problem.operations[at]!, problem.values[at]!, problem.values[at + 1]!);
}

function normalise(line: string): string {
  return line.trim().replace(/\s+/g, ' ');
}

function share<Row>(rows: readonly Row[], holds: (row: Row) => boolean): number {
  return rows.length === 0 ? 0 : rows.filter(holds).length / rows.length;
}
