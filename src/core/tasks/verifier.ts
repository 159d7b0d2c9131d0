import { chosenLetter, extractAnswer, lastFormula, type AnswerMark, type ExtractedAnswer } from './answer';
import { parseAnswer } from './math/answer-value';
import { isSameValue, USUAL_RULES, type ComparisonRules } from './math/same-value';
import { parseNumber, plainSigns, type ParsedNumber } from './number';
import { fulfilsTask, sameNotation } from './notations';

/** What the check of a response says. */
export interface AnswerVerdict {
  /** The answer found in the response, null when there is none. */
  readonly answer: string | null;
  readonly mark: AnswerMark | null;
  readonly isRight: boolean;
  /** A short sentence for people. */
  readonly why: string;
}

/** Whether two answers are the same, and why. */
export interface AnswerComparison {
  readonly equal: boolean;
  readonly why: string;
}

/** Judges a whole response against the answer that counts as right. */
export interface Verifier {
  verify(response: string, referenceAnswer: string): AnswerVerdict;
}

/** Numbers written out in full may differ by rounding of the last digits of a double. */
const EXACT_TOLERANCE = 1e-9;
/** A root or π against decimals. */
const ROUNDED_TOLERANCE = 1e-5;

/** The check for questions with a numeric or short answer. */
export const answerVerifier: Verifier = {
  verify(response, referenceAnswer) {
    const found = findAnswer(response, referenceAnswer);
    if (found === null) return { answer: null, mark: null, isRight: false, why: 'There is no answer.' };
    const { equal, why } = compareAnswers(found.text, referenceAnswer);
    return { answer: found.text, mark: found.mark, isRight: equal, why };
  },
};

/**
 * The answer of a response, looked for by what the reference is: a number is the last one where nothing is marked, a formula the last
 * formula, a letter of multiple choice the letter.
 */
export function findAnswer(response: string, referenceAnswer: string): ExtractedAnswer | null {
  const found = extractAnswer(response);
  const reference = bareReference(referenceAnswer);
  if (isChoice(reference)) {
    const letter = chosenLetter(
      found && found.mark !== 'last-number' && found.mark !== 'whole' ? found.text : response,
    );
    return letter === null ? found : { text: letter, mark: found?.mark ?? 'phrase' };
  }
  const isMarked = found !== null && found.mark !== 'last-number';
  if (isMarked || parseNumber(reference) !== null) return found;
  if (response.length <= MAX_BARE_ANSWER && parseAnswer(response) !== null)
    return { text: response.trim(), mark: 'whole' };
  const formula = lastFormula(response);
  return formula === null ? found : { text: formula, mark: 'phrase' };
}

/** Characters of a response that may be an answer and nothing else. */
const MAX_BARE_ANSWER = 200;

function isChoice(reference: string): boolean {
  return /^\s*\(?[A-J]\)?\s*$|^\s*\([A-J]\)\s/.test(reference);
}

/**
 * Compares an answer with the reference: as numbers when both are, as texts without dressing, in notations of their own (times of day,
 * other bases), and else by what they mean.
 */
export function compareAnswers(
  answer: string,
  referenceAnswer: string,
  rules: ComparisonRules = USUAL_RULES,
): AnswerComparison {
  const reference = bareReference(referenceAnswer);
  const fulfilled = fulfilsTask(answer, reference);
  if (fulfilled !== null)
    return {
      equal: fulfilled,
      why: `“${shorten(answer)}” ${fulfilled ? 'is' : 'is not'} what was asked: ${shorten(reference)}.`,
    };
  const [left, right] = [parseNumber(answer), parseNumber(reference)];
  if (left !== null && right !== null) {
    return sameNumber(left, right)
      ? { equal: true, why: 'Equal as numbers.' }
      : { equal: false, why: `${show(left)} is not ${show(right)}.` };
  }
  const [a, b] = [normaliseText(answer), normaliseText(reference)];
  if (a === b && a !== '') return { equal: true, why: 'Equal as text.' };
  if (isChoice(reference) && chosenLetter(answer) === chosenLetter(reference))
    return { equal: true, why: 'The same choice.' };
  const notation = sameNotation(answer, reference);
  if (notation !== null)
    return { equal: notation, why: notation ? 'Equal.' : `${shorten(answer)} is not ${shorten(reference)}.` };
  const [meant, wanted] = [parseAnswer(answer), parseAnswer(reference)];
  if (meant && wanted && isSameValue(meant, wanted, rules)) return { equal: true, why: 'Equal by what they mean.' };
  if (left === null && right !== null) return { equal: false, why: `“${shorten(answer)}” is not a number.` };
  return { equal: false, why: `“${shorten(answer)}” is not “${shorten(reference)}”.` };
}

/** One form for equal answers: what votes are counted by. */
export function normaliseAnswer(answer: string): string {
  const number = parseNumber(answer);
  if (number === null) return normaliseText(answer);
  return `${Number(number.value.toPrecision(12))}${number.isPercent ? '%' : ''}`;
}

/** A reference may be a whole solution: then its marked answer counts. */
function bareReference(reference: string): string {
  if (!/\\boxed|\\fbox|####|\n\s*A:/.test(reference)) return reference;
  return extractAnswer(reference)?.text ?? reference;
}

function sameNumber(a: ParsedNumber, b: ParsedNumber): boolean {
  const tolerance = a.isIrrational !== b.isIrrational ? ROUNDED_TOLERANCE : EXACT_TOLERANCE;
  const near = (x: number, y: number) => Math.abs(x - y) <= tolerance * Math.max(1e-12, Math.abs(x), Math.abs(y));
  if (near(a.value, b.value)) return true;
  if (a.isPercent === b.isPercent) return false;
  return a.isPercent ? near(a.value / 100, b.value) : near(a.value, b.value / 100);
}

function normaliseText(text: string): string {
  return plainSigns(text)
    .replace(/\s+/g, '')
    .replace(/_\{(\w)\}/g, '_$1')
    .replace(/\\frac(\d)(\d)/g, '\\frac{$1}{$2}')
    .replace(/\\sqrt(\d)/g, '\\sqrt{$1}')
    .toLowerCase();
}

function show(number: ParsedNumber): string {
  return `${Number(number.value.toPrecision(10))}${number.isPercent ? ' %' : ''}`;
}

function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 57)}…` : line;
}
