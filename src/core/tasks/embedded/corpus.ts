import type { Rng } from '../../ports';
import {
  analysisText,
  clarifyText,
  directAnswerText,
  finalText,
  nextStepText,
  recompute,
  subquestionText,
  verdictText,
  verifyText,
  type CheckStyle,
} from './solution';
import {
  applyOperation,
  drawProblem,
  renderQuestion,
  VALUE_MAX,
  type Operation,
  type Problem,
  type ProblemSize,
} from './problem';
import { CUES, encodeClosed, EOS, idOf } from './vocabulary';

/** A stretch of text and how much its tokens count in the loss. */
export interface Segment {
  readonly text: string;
  readonly weight: number;
}

/** One pretraining text; ends with the end-of-text token. */
export interface CorpusDocument {
  readonly kind: DocumentKind;
  readonly segments: readonly Segment[];
}

/** Ids of a document and the weight of each as a target. */
export interface TokenisedDocument {
  readonly ids: readonly number[];
  readonly weights: readonly number[];
}

/**
 * Kinds of document. Checks and fixes occur in `check` and `drill` alone: the lines before a check carry no cue there, and the lines of
 * solutions always do, so that no prompt that asks for a solution calls up a check by itself (embedded-model.md 9.1).
 */
export type DocumentKind = 'direct' | 'workbook' | 'check' | 'drill' | 'verdict';

/** What differs between the phases of pretraining. */
export interface CorpusSettings {
  readonly size: ProblemSize;
  readonly checkStyle: CheckStyle;
  /** Loss weight of the results that a solution states in one go, and of a direct answer. */
  readonly resultWeight: number;
  /** Chance that the step before a check is wrong. */
  readonly checkedSlipChance: number;
  /** Whether the solution goes on after the check that was asked for, in lines without cues. */
  readonly goesOnAfterCheck: boolean;
  /** Share of each kind among the documents. */
  readonly shares: Readonly<Record<DocumentKind, number>>;
}

const QUESTION_WEIGHT = 0.1;
/** Of the lines that only lead up to a check: what they copy from the story, and the result of their calculation. */
const HISTORY_WEIGHT = 0.5;
const HISTORY_RESULT_WEIGHT = 0.1;
/** Of the one word that says right or wrong. */
const VERDICT_WEIGHT = 4;
/** Chance that a calculation goes wrong in a solution. */
const SLIP_CHANCE = 0.08;

/** One document, drawn by `rng`; problems come from the training split alone. */
export function drawDocument(rng: Rng, settings: CorpusSettings): CorpusDocument {
  let left = rng.next();
  for (const [kind, share] of Object.entries(settings.shares)) {
    left -= share;
    // Object.entries widens the key; the table has these keys and no others.
    if (left < 0) return { kind: kind as DocumentKind, segments: WRITERS[kind as DocumentKind](rng, settings) };
  }
  return { kind: 'workbook', segments: WRITERS.workbook(rng, settings) };
}

/** Ids and loss weights of a document, its end-of-text token included. */
export function tokeniseDocument(document: CorpusDocument): TokenisedDocument {
  const ids: number[] = [];
  const weights: number[] = [];
  for (const segment of document.segments) {
    for (const id of encodeClosed(segment.text)) {
      ids.push(id);
      weights.push(segment.weight);
    }
  }
  ids.push(idOf(EOS));
  weights.push(1);
  return { ids, weights };
}

const WRITERS: Readonly<Record<DocumentKind, (rng: Rng, settings: CorpusSettings) => Segment[]>> = {
  direct: writeDirect,
  workbook: writeWorkbook,
  check: writeCheck,
  drill: writeDrill,
  verdict: writeVerdict,
};

/** A step as a writer worked it out: maybe with a slip, after which the text goes on from the wrong number. */
interface WorkedStep {
  readonly operation: Operation;
  readonly value: number;
  readonly right: number;
  readonly result: number;
}

function writeDirect(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const steps = workOut(problem, () => 0);
  return [
    questionSegment(problem),
    line(`${CUES.directAnswer} ${directAnswerText(steps, endOf(problem, steps))}`, settings.resultWeight),
  ];
}

function writeWorkbook(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const steps = workOut(problem, () => (rng.next() < SLIP_CHANCE ? drawSlip(rng) : 0));
  const segments = [questionSegment(problem)];
  if (rng.next() < 0.3) segments.push(line(`${CUES.clarify} ${clarifyText(problem)}`, 1));
  if (rng.next() < 0.25) segments.push(line(`${CUES.analysis} ${analysisText(problem)}`, 1));
  // Some documents ask before nearly every step: long ones, so that far looks back to the story are learned.
  const askChance = rng.next() < 0.3 ? 0.8 : 0.1;
  // One document in four leaves the rest to a direct answer.
  const written = rng.next() < 0.25 ? rng.integer(steps.length) : steps.length;
  for (const step of steps.slice(0, written)) {
    if (rng.next() < askChance)
      segments.push(line(`${CUES.subquestion} ${subquestionText(problem, step.operation)}`, 1));
    segments.push(...stepSegments(step, `${CUES.nextStep} `, { text: 1, result: settings.resultWeight }));
  }
  if (written < steps.length) {
    const rest = continueExactly(problem, steps[written - 1]?.result ?? problem.start, written);
    segments.push(line(`${CUES.directAnswer} ${directAnswerText(rest, endOf(problem, rest))}`, settings.resultWeight));
  } else {
    const cue = rng.next() < 0.5 ? CUES.nextStep : CUES.output;
    segments.push(line(`${cue} ${finalText(endOf(problem, steps))}`, 1));
  }
  return segments;
}

function writeCheck(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const checked = rng.integer(problem.operations.length);
  const steps = workOut(problem, (i) =>
    rng.next() < (i === checked ? settings.checkedSlipChance : SLIP_CHANCE) ? drawSlip(rng) : 0,
  );
  const segments = [questionSegment(problem)];
  if (rng.next() < 0.15) segments.push(line(clarifyText(problem), HISTORY_WEIGHT));
  if (rng.next() < 0.15) segments.push(line(analysisText(problem), HISTORY_WEIGHT));
  for (const step of steps.slice(0, checked + 1)) {
    if (rng.next() < 0.15) segments.push(line(subquestionText(problem, step.operation), HISTORY_WEIGHT));
    segments.push(...stepSegments(step, '', HISTORY));
  }
  segments.push(...checkSegments(steps[checked]!, settings.checkStyle));
  if (settings.goesOnAfterCheck) segments.push(...restSegments(problem, checked + 1, steps[checked]!.right));
  return segments;
}

/** The rest of a solution from step `from` on, in lines without cues; nothing where it would leave 1..999. */
function restSegments(problem: Problem, from: number, value: number): Segment[] {
  if (!staysInRange(value, problem.operations.slice(from))) return [];
  const rest = continueExactly(problem, value, from);
  const lines = rest.flatMap((step) => stepSegments(step, '', { text: 1, result: HISTORY_RESULT_WEIGHT }));
  return [...lines, line(finalText(rest.at(-1)?.result ?? value), 1)];
}

/** A check of one line without its story. */
function writeDrill(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const checked = rng.integer(problem.operations.length);
  const steps = workOut(problem, (i) => (i === checked && rng.next() < settings.checkedSlipChance ? drawSlip(rng) : 0));
  const step = steps[checked]!;
  return [...stepSegments(step, '', { text: 0, result: 0 }), ...checkSegments(step, settings.checkStyle)];
}

/** The comparison alone: two numbers, half of the time equal. */
function writeVerdict(rng: Rng): Segment[] {
  const found = 1 + rng.integer(VALUE_MAX);
  const slipped = found + drawSlip(rng);
  const have = rng.next() < 0.5 || slipped < 1 || slipped > VALUE_MAX ? found : slipped;
  return [{ text: `${CUES.verify} `, weight: 0 }, ...verdictSegments(verdictText(have, found), 0)];
}

function checkSegments(step: WorkedStep, style: CheckStyle): Segment[] {
  const text = verifyText(
    step.value,
    step.operation,
    step.result,
    recompute(step.value, step.operation.kind, step.operation.operand, style),
  );
  const segments: Segment[] = [{ text: `${CUES.verify} `, weight: 1 }, ...verdictSegments(text, 1)];
  if (step.result !== step.right)
    segments.push(line(`${CUES.refine} ${nextStepText(step.operation, step.value, step.right)}`, 1));
  return segments;
}

/** Sets the verdict's word apart, for its own weight. */
function verdictSegments(text: string, weight: number): Segment[] {
  const at = text.lastIndexOf('That is ') + 'That is '.length;
  const word = text.slice(at).split(' ')[0] ?? '';
  return [
    { text: text.slice(0, at), weight },
    { text: word, weight: VERDICT_WEIGHT },
    line(text.slice(at + word.length), 1),
  ];
}

/** How much the two parts of a step's line count. */
interface StepWeights {
  readonly text: number;
  readonly result: number;
}

const HISTORY: StepWeights = { text: HISTORY_WEIGHT, result: HISTORY_RESULT_WEIGHT };

/** The line of a step; the digits of a slip are context, never a target. */
function stepSegments(step: WorkedStep, cue: string, weights: StepWeights): Segment[] {
  const text = cue + nextStepText(step.operation, step.value, step.result);
  const at = text.lastIndexOf('= ') + 2;
  return [
    { text: text.slice(0, at), weight: weights.text },
    { text: String(step.result), weight: step.result === step.right ? weights.result : 0 },
    { text: ' .\n', weight: weights.text },
  ];
}

/** Works through a problem; `slipAt(i)` is added to the result of step i when the rest still stays within 1..999. */
function workOut(problem: Problem, slipAt: (index: number) => number): WorkedStep[] {
  const steps: WorkedStep[] = [];
  let value = problem.start;
  for (const [i, operation] of problem.operations.entries()) {
    const right = applyOperation(value, operation.kind, operation.operand);
    const slipped = right + slipAt(i);
    const result = staysInRange(slipped, problem.operations.slice(i + 1)) ? slipped : right;
    steps.push({ operation, value, right, result });
    value = result;
  }
  return steps;
}

/** The steps from `from` on, without slips, going on from the number `start`. */
function continueExactly(problem: Problem, start: number, from: number): WorkedStep[] {
  const rest: WorkedStep[] = [];
  let value = start;
  for (const operation of problem.operations.slice(from)) {
    const result = applyOperation(value, operation.kind, operation.operand);
    rest.push({ operation, value, right: result, result });
    value = result;
  }
  return rest;
}

function staysInRange(value: number, operations: readonly Operation[]): boolean {
  let at = value;
  if (at < 1 || at > VALUE_MAX) return false;
  for (const operation of operations) {
    at = applyOperation(at, operation.kind, operation.operand);
    if (at < 1 || at > VALUE_MAX) return false;
  }
  return true;
}

function endOf(problem: Problem, steps: readonly WorkedStep[]): number {
  return steps[steps.length - 1]?.result ?? problem.start;
}

function questionSegment(problem: Problem): Segment {
  return line(`Question : ${renderQuestion(problem)}`, QUESTION_WEIGHT);
}

function line(text: string, weight: number): Segment {
  return { text: `${text}\n`, weight };
}

/** The usual mistakes: a unit, a ten, a hundred, or close to those. */
function drawSlip(rng: Rng): number {
  const at = rng.next();
  const size = SLIP_SIZES.find((row) => at < row.upTo)?.size ?? 10;
  return rng.next() < 0.5 ? size : -size;
}

/** Cumulative chances: 1 (30 %), 10 (40 %), 100 (8 %), 2, 9, 11 and 20 (5.5 % each). */
const SLIP_SIZES: readonly { readonly upTo: number; readonly size: number }[] = [
  { upTo: 0.3, size: 1 },
  { upTo: 0.7, size: 10 },
  { upTo: 0.78, size: 100 },
  { upTo: 0.835, size: 2 },
  { upTo: 0.89, size: 9 },
  { upTo: 0.945, size: 11 },
  { upTo: 1, size: 20 },
];
