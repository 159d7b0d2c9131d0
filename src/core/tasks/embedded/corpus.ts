import type { Rng } from '../../ports';
import {
  analysisText,
  clarifyText,
  directAnswerText,
  drawFact,
  finalText,
  nextStepText,
  recompute,
  subquestionText,
  verdictText,
  verifyText,
  type CheckStyle,
} from './solution';
import {
  answerOf,
  applyOperation,
  drawProblem,
  renderQuestion,
  type Operation,
  type Problem,
  type ProblemSize,
} from './problem';
import { drawSlip, type SlipStyle } from './slips';
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
 * Kinds of document. Checks and fixes occur on request alone, so that no prompt that asks for a solution calls up a check by itself
 * (embedded-model.md 9.1). In `check` and `drill` the lines before the request carry no cue, while those of solutions always do. In `asked`, a
 * dialogue, the reader asks after some of the steps; what the reader says is context and never a target (ADR 0075).
 */
export type DocumentKind = 'direct' | 'workbook' | 'asked' | 'check' | 'drill' | 'facts' | 'verdict';

/** What differs between the phases of pretraining. */
export interface CorpusSettings {
  readonly size: ProblemSize;
  readonly checkStyle: CheckStyle;
  /** Loss weight of the results that a solution states in one go, and of a direct answer. */
  readonly resultWeight: number;
  /** Chance that the step before a check is wrong. */
  readonly checkedSlipChance: number;
  readonly slips: SlipStyle;
  /** Loss weight of the cue that asks for a check: 0 where nothing may teach the model to ask by itself. */
  readonly requestWeight: number;
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
  asked: writeAsked,
  check: writeCheck,
  drill: writeDrill,
  facts: writeFacts,
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
  const steps = workOut(problem, settings, () => 0);
  return [
    questionSegment(problem),
    line(`${CUES.directAnswer} ${directAnswerText(steps, endOf(problem, steps))}`, settings.resultWeight),
  ];
}

function writeWorkbook(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const steps = workOut(problem, settings, (right) =>
    rng.next() < SLIP_CHANCE ? drawSlip(rng, right, settings.slips) : 0,
  );
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
  const steps = workOut(problem, settings, (right, i) =>
    rng.next() < (i === checked ? settings.checkedSlipChance : SLIP_CHANCE) ? drawSlip(rng, right, settings.slips) : 0,
  );
  const segments = [questionSegment(problem)];
  if (rng.next() < 0.15) segments.push(line(clarifyText(problem), HISTORY_WEIGHT));
  if (rng.next() < 0.15) segments.push(line(analysisText(problem), HISTORY_WEIGHT));
  for (const step of steps.slice(0, checked + 1)) {
    if (rng.next() < 0.15) segments.push(line(subquestionText(problem, step.operation), HISTORY_WEIGHT));
    segments.push(...stepSegments(step, '', HISTORY));
  }
  segments.push(...checkSegments(steps[checked]!, settings));
  if (settings.goesOnAfterCheck) segments.push(...restSegments(problem, settings, checked + 1, steps[checked]!.right));
  return segments;
}

/** A solution in which the reader asks for a check after some steps, or after every one; it goes on from the number that was found. */
function writeAsked(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const askChance = ASK_CHANCES[rng.integer(ASK_CHANCES.length)]!;
  const hasCues = rng.next() < 0.5;
  const cue = (name: keyof typeof CUES) => (hasCues ? `${CUES[name]} ` : '');
  const segments = [questionSegment(problem)];
  if (rng.next() < 0.15) segments.push(line(`${cue('clarify')}${clarifyText(problem)}`, 1));
  if (rng.next() < 0.15) segments.push(line(`${cue('analysis')}${analysisText(problem)}`, 1));
  for (const step of continueExactly(problem, problem.start, 0)) {
    if (rng.next() < 0.15) segments.push(line(`${cue('subquestion')}${subquestionText(problem, step.operation)}`, 1));
    const isChecked = rng.next() < askChance;
    const slip = isChecked && rng.next() < settings.checkedSlipChance ? drawSlip(rng, step.right, settings.slips) : 0;
    const written = isWithin(step.right + slip, settings) ? { ...step, result: step.right + slip } : step;
    segments.push(...stepSegments(written, cue('nextStep'), { text: 1, result: settings.resultWeight }));
    if (isChecked) segments.push(...checkSegments(written, settings));
  }
  const end = hasCues ? (rng.next() < 0.5 ? CUES.nextStep : CUES.output) : '';
  return [...segments, line(`${end} ${finalText(answerOf(problem))}`.trimStart(), 1)];
}

/** How often the reader of an `asked` document asks, one of these for a whole document. */
const ASK_CHANCES: readonly number[] = [0.3, 0.6, 1];

/** The rest of a solution from step `from` on, in lines without cues; nothing where it would leave the size's bounds. */
function restSegments(problem: Problem, settings: CorpusSettings, from: number, value: number): Segment[] {
  if (!staysInRange(value, problem.operations.slice(from), settings)) return [];
  const rest = continueExactly(problem, value, from);
  const lines = rest.flatMap((step) => stepSegments(step, '', { text: 1, result: HISTORY_RESULT_WEIGHT }));
  return [...lines, line(finalText(rest.at(-1)?.result ?? value), 1)];
}

/** A check of one line without its story. */
function writeDrill(rng: Rng, settings: CorpusSettings): Segment[] {
  const problem = drawProblem(rng, settings.size, 'train');
  const checked = rng.integer(problem.operations.length);
  const steps = workOut(problem, settings, (right, i) =>
    i === checked && rng.next() < settings.checkedSlipChance ? drawSlip(rng, right, settings.slips) : 0,
  );
  const step = steps[checked]!;
  return [...stepSegments(step, '', { text: 0, result: 0 }), ...checkSegments(step, settings)];
}

/** Products and quotients of one digit as checks need them, without a story: what is asked for is context. */
function writeFacts(rng: Rng): Segment[] {
  const pieces = Array.from({ length: FACTS }, () => drawFact(rng));
  return pieces.flatMap((piece, i) => {
    const [left, right] = piece.split(' = ');
    return [
      { text: `${left} = `, weight: 0 },
      { text: String(right), weight: 1 },
      { text: i + 1 < FACTS ? ' , ' : ' .\n', weight: 0 },
    ];
  });
}

const FACTS = 16;

/** The comparison alone: two numbers, half of the time equal. */
function writeVerdict(rng: Rng, settings: CorpusSettings): Segment[] {
  const found = 1 + rng.integer(settings.size.valueMax);
  const slipped = found + drawSlip(rng, found, settings.slips);
  const have = rng.next() < 0.5 || !isWithin(slipped, settings) ? found : slipped;
  return [{ text: `${CUES.verify} `, weight: 0 }, ...verdictSegments(verdictText(have, found), 0)];
}

function checkSegments(step: WorkedStep, { checkStyle, requestWeight }: CorpusSettings): Segment[] {
  const text = verifyText(
    step.value,
    step.operation,
    step.result,
    recompute(step.value, step.operation.kind, step.operation.operand, checkStyle),
  );
  const segments: Segment[] = [{ text: `${CUES.verify} `, weight: requestWeight }, ...verdictSegments(text, 1)];
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

/** Works through a problem; `slipOf` is added to the right result of a step when the rest still stays within bounds. */
function workOut(
  problem: Problem,
  settings: CorpusSettings,
  slipOf: (right: number, index: number) => number,
): WorkedStep[] {
  const steps: WorkedStep[] = [];
  let value = problem.start;
  for (const [i, operation] of problem.operations.entries()) {
    const right = applyOperation(value, operation.kind, operation.operand);
    const slipped = right + slipOf(right, i);
    const result = staysInRange(slipped, problem.operations.slice(i + 1), settings) ? slipped : right;
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

function isWithin(value: number, { size }: CorpusSettings): boolean {
  return value >= 1 && value <= size.valueMax;
}

function staysInRange(value: number, operations: readonly Operation[], settings: CorpusSettings): boolean {
  let at = value;
  if (!isWithin(at, settings)) return false;
  for (const operation of operations) {
    at = applyOperation(at, operation.kind, operation.operand);
    if (!isWithin(at, settings)) return false;
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
